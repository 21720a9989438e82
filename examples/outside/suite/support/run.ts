import { spawn } from 'node:child_process'

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

interface Options {
  cwd: string
  env?: Record<string, string>
  /** What the program reads. Default: nothing. */
  input?: string
}

/** The environment as it is outside this run: Vitest sets NODE_ENV and others, and a bundler would heed them. */
export function outside(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const ours = /^(?:NODE_ENV|TEST|VITEST.*|DEV|PROD|SSR|MODE|BASE_URL)$/
  const others = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return { ...Object.fromEntries(others), ...more }
}

/** Runs a program to its end, whatever that is. */
export function run(command: string, args: string[], { cwd, env = {}, input = '' }: Options): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: outside(env) })
    const out = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (out.stdout += chunk))
    child.stderr.on('data', (chunk) => (out.stderr += chunk))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...out }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** The same for what must succeed. @throws Error with everything it said */
export async function succeed(command: string, args: string[], options: Options): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`)
  return stdout
}

export const pnpm = (args: string[], cwd: string) =>
  succeed('npx', ['--yes', '--prefer-offline', 'pnpm@12', ...args], { cwd })

/** Node, in a project. */
export const node = (cwd: string, args: string[], env?: Record<string, string>) =>
  succeed(process.execPath, args, { cwd, ...(env && { env }) })
