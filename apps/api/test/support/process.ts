import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import './build.ts'
import { freePort } from './free-port.ts'
import { whenOver } from './side-by-side.ts'

export interface ApiProcess {
  url: string
  child: ChildProcess
  output(): string
  /** Resolves with the exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals | null>
}

const program = (name: string) => join(inject('apiBuild'), `${name}.js`)
const shiftedClock = new URL('./shifted-clock.js', import.meta.url).href

/** The API as a process of its own. Ended when the test is over. Its clock may be wrong. */
export async function apiProcess(
  environment: Record<string, string>,
  { clockOffsetSeconds = 0 } = {},
): Promise<ApiProcess> {
  const port = environment.PORT ?? String(await freePort())
  const shifted = { TEST_CLOCK_OFFSET_SECONDS: String(clockOffsetSeconds) }
  const child = spawn(process.execPath, ['--import', shiftedClock, program('main')], {
    env: { ...ownEnvironment(), BCRYPT_COST: '4', ...shifted, ...environment, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  const exited = new Promise<number | NodeJS.Signals | null>((done) =>
    child.on('exit', (code, signal) => done(code ?? signal)),
  )
  whenOver(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { url: `http://127.0.0.1:${port}`, child, output: () => output, exited }
}

interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Runs a command of the API to its end. `mongoUri` empty: on the embedded database of a DATA_DIR. */
export function command(
  name: 'latchkey' | 'make-admin' | 'reset-factors',
  args: string[],
  mongoUri: string,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const env = { ...ownEnvironment(), MONGO_URI: mongoUri, ...environment }
  return new Promise((done) => {
    const child = execFile(process.execPath, [program(name), ...args], { env }, (_failed, stdout, stderr) =>
      done({ status: child.exitCode, stdout, stderr }),
    )
  })
}

/**
 * What a process gets that is started by a test: nothing of the checkout's own data or `.env`, which never overrides what
 * is given, be it empty.
 */
export const ownEnvironment = () => ({
  PATH: process.env.PATH,
  DATA_DIR: temporaryFolder(),
  NODE_ENV: 'development',
  // Whatever the port.
  COOKIE_PREFIX: 'latchkey',
  ...Object.fromEntries(
    [
      'MONGO_URI',
      'JWT_ACCESS_SECRET',
      'JWT_REFRESH_SECRET',
      'PUBLIC_URL',
      'SMTP_URL',
      'ACCESS_TOKEN_EXPIRY',
    ].map((name) => [name, '']),
  ),
})

/** Resolves when the process is ready; throws with its output when it ends before. */
export async function ready({ url, child, output }: ApiProcess): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (child.exitCode !== null) break
    const response = await fetch(`${url}/api/health/ready`).catch(() => null)
    if (response?.ok) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`the API did not become ready:\n${output()}`)
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  whenOver(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
