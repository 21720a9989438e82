import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../test/support/free-port.ts'
import { isReady, isRunning, type Processes } from './processes.ts'

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const readyMs = 60_000

/** The API, several times over: the built product in production mode, each process on a port that it keeps. */
export class Fleet {
  readonly urls: string[]
  private readonly processes: Processes
  private readonly environment: Record<string, string>
  private readonly children = new Map<string, ChildProcess>()

  private readonly onCrash: (how: string) => void

  private constructor(
    processes: Processes,
    environment: Record<string, string>,
    urls: string[],
    onCrash: (how: string) => void,
  ) {
    this.onCrash = onCrash
    this.processes = processes
    this.environment = environment
    this.urls = urls
  }

  /** Resolves when all are ready. */
  static async start(
    processes: Processes,
    { mongoUri, size, onCrash }: { mongoUri: string; size: number; onCrash: (how: string) => void },
  ): Promise<Fleet> {
    const ports = await Promise.all(Array.from({ length: size }, freePort))
    const secret = () => randomBytes(32).toString('hex')
    const fleet = new Fleet(
      processes,
      {
        NODE_ENV: 'production',
        LOG_LEVEL: 'warn',
        MONGO_URI: mongoUri,
        JWT_ACCESS_SECRET: secret(),
        JWT_REFRESH_SECRET: secret(),
        COOKIE_PREFIX: 'latchkey',
        PUBLIC_URL: '',
        SMTP_URL: '',
        // The proxy says whose address a request comes from.
        TRUST_PROXY: '1',
        // So that tokens expire by themselves many times over.
        ACCESS_TOKEN_EXPIRY: '2m',
        // The load is on sessions; passwords would take both cores.
        BCRYPT_COST: '6',
        DATA_DIR: join(processes.folder, 'data'),
      },
      ports.map((port) => `http://127.0.0.1:${port}`),
      onCrash,
    )
    await Promise.all(fleet.urls.map((url) => fleet.launch(url)))
    return fleet
  }

  /** Ends one with SIGKILL, in whatever it is doing. */
  kill(url: string): Promise<void> {
    const child = this.children.get(url)
    return child ? this.processes.end(child, 'SIGKILL') : Promise.resolve()
  }

  /** Starts one again. Resolves when it says that it is ready, or has ended by itself, or `signal` says enough. */
  async launch(url: string, signal?: AbortSignal): Promise<void> {
    const port = new URL(url).port
    const child = this.processes.start(`api-${port}`, process.execPath, [entry], {
      ...this.environment,
      PORT: port,
    })
    this.children.set(url, child)
    // By a signal it is ended by us.
    child.once('exit', (code) => {
      if (code) this.onCrash(`the API on ${port} ended by itself with ${code}`)
    })
    const startedAt = performance.now()
    while (isRunning(child) && !signal?.aborted) {
      if (await isReady(url)) return
      if (performance.now() - startedAt > readyMs && !signal) break
      await delay(50)
    }
    if (!signal) throw new Error(`The API did not become ready: see ${this.processes.folder}/api-${port}.log`)
  }

  /** Those that ended by themselves are started again; resolves when all are ready. */
  async mend(): Promise<void> {
    await Promise.all(
      this.urls.map(async (url) => {
        const child = this.children.get(url)
        if (!child || !isRunning(child)) return await this.launch(url)
        for (let tries = 0; tries < 600; tries++) {
          if (await isReady(url)) return
          await delay(100)
        }
        throw new Error(`The API did not become ready again: see ${this.processes.folder}`)
      }),
    )
  }
}
