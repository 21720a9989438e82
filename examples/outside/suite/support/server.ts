import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { outside } from './run.ts'

export interface Served {
  url: string
  stop(): Promise<void>
}

/**
 * Starts a program of a project that serves something, and waits until it says where.
 * @throws Error with what it said, if it ends before
 */
export async function serve(
  cwd: string,
  args: string[],
  env: Record<string, string>,
  hear: (text: string) => void = () => {},
): Promise<Served> {
  const child = spawn(process.execPath, args, { cwd, env: outside(env), stdio: 'pipe' })
  child.stdout.on('data', (chunk: Buffer) => hear(String(chunk)))
  const url = await address(child)
  return {
    url,
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said += chunk
      const [url] = /http:\/\/[\w.]+:\d+/.exec(said) ?? []
      if (url) resolve(url)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${said}`)))
  })
}
