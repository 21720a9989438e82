import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const entry = fileURLToPath(new URL('../../../api/dist/main.js', import.meta.url))
const makeAdminEntry = fileURLToPath(new URL('../../../api/dist/make-admin.js', import.meta.url))
const movingClock = new URL('./moving-clock.js', import.meta.url).href
const startLimitMs = 120_000

export interface Product {
  origin: string
  dataDir: string
  /** Makes somebody the first administrator, as one does on the server. */
  makeAdmin(email: string): Promise<void>
  /** Its clock goes forward. The browser's does not. */
  advance(seconds: number): Promise<void>
  stop(): Promise<void>
}

/** Starts what `pnpm build` made, or a copy of it, on a free port and an empty database. */
export async function startProduct(environment: Record<string, string> = {}, main = entry): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-e2e-'))
  const port = await freePort()
  const server = spawn(process.execPath, ['--import', movingClock, main], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'fatal',
      // Hashing is slow on purpose, and people sign in a hundred times here.
      BCRYPT_COST: '6',
      ...environment,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const origin = `http://localhost:${port}`
  await ready(origin, server)

  return {
    origin,
    dataDir,
    async makeAdmin(email) {
      const { PATH } = process.env
      await promisify(execFile)(process.execPath, [makeAdminEntry, '--unverified', email], {
        env: { PATH, DATA_DIR: dataDir, LOG_LEVEL: 'fatal' },
      })
    },
    async advance(advanceSeconds) {
      const moved = once(server, 'message')
      server.send({ advanceSeconds })
      await moved
    },
    async stop() {
      if (server.exitCode === null) {
        const exited = once(server, 'exit')
        server.kill('SIGTERM')
        await exited
      }
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function ready(origin: string, server: ChildProcess) {
  const deadline = Date.now() + startLimitMs
  while (Date.now() < deadline) {
    if (server.exitCode !== null)
      throw new Error(`The product ended with code ${server.exitCode} at its start`)
    const answer = await fetch(`${origin}/api/health/ready`).catch(() => null)
    if (answer?.ok) return
    await delay(100)
  }
  server.kill('SIGKILL')
  throw new Error(`The product was not ready after ${startLimitMs / 1000} seconds`)
}

/** Below the ports that the system hands out by itself, so that nobody else gets it meanwhile. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const probe = createServer().listen(port)
    const free = await once(probe, 'listening').then(
      () => true,
      () => false,
    )
    if (!free) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
