import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import mongoose from 'mongoose'
import { freePort } from '../test/support/free-port.ts'

export const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
export const root = here('../../../')

/** Made up for the benchmark, so that it can sign tokens as the product does. */
export const secrets = {
  JWT_ACCESS_SECRET: 'uQ0x3yq7cN2mK9wZ5tR8vB1nL4hJ6gFd.access',
  JWT_REFRESH_SECRET: 'eW7pS2kD9fH4jX6cV1bN8mQ3zL5tY0rA.refresh',
}

export interface Running {
  url: string
  child: ChildProcess
  /** From the start of the process to its first good answer. */
  readyMs: number
  stop(): Promise<void>
}

const readyLimitMs = 60_000

/** Everything that was started and made for the benchmark, and is gone after it. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  private readonly running = new Set<ChildProcess>()
  private server: string | undefined
  private databases = 0
  /** The embedded database. Undefined: none was asked for yet, or it is another one. */
  databaseProcess: ChildProcess | undefined

  /**
   * The URI of a database of its own, also when the name was asked for before: on MONGO_URI when that is set, else on an embedded
   * server, a process by itself.
   */
  async database(name: string): Promise<string> {
    this.server ??= process.env.MONGO_URI || (await this.embeddedServer())
    const uri = new URL(this.server)
    uri.pathname = `/latchkey_bench_${name}_${++this.databases}`
    return uri.href
  }

  get databaseName(): string {
    return process.env.MONGO_URI
      ? `MONGO_URI (${new URL(process.env.MONGO_URI).host})`
      : 'embedded, one process'
  }

  /** The product as it ships: what `pnpm build` made, in production mode, logging to a file. */
  product(environment: Record<string, string>, nodeFlags: string[] = []): Promise<Running> {
    return this.serve(
      here('../dist/main.js'),
      '/api/health/ready',
      {
        ...secrets,
        NODE_ENV: 'production',
        EMBEDDED_DATABASE: 'allow',
        // Whatever the port.
        COOKIE_PREFIX: 'latchkey',
        DATA_DIR: mkdtempSync(join(this.folder, 'data-')),
        ...environment,
      },
      nodeFlags,
    )
  }

  bare(): Promise<Running> {
    return this.serve(here('./baselines/bare.js'), '/api/protected', { NODE_ENV: 'production' })
  }

  tutorial(MONGO_URI: string): Promise<Running> {
    return this.serve(here('./baselines/tutorial.js'), '/', { ...secrets, NODE_ENV: 'production', MONGO_URI })
  }

  updateRoute(MONGO_URI: string): Promise<Running> {
    return this.serve(here('./baselines/update-route.js'), '/api/health/ready', {
      NODE_ENV: 'production',
      MONGO_URI,
    })
  }

  /** The bare update, waiting for tasks. */
  async updater(MONGO_URI: string): Promise<ChildProcess> {
    const child = fork(here('./baselines/find-one-and-update.js'), {
      env: { PATH: process.env.PATH, MONGO_URI },
    })
    this.keep(child)
    await once(child, 'message')
    return child
  }

  /** Ends what is still running and removes what was written. Safe to call at any time. */
  async close(): Promise<void> {
    await Promise.all([...this.running].map((child) => this.end(child)))
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async serve(
    entry: string,
    readyPath: string,
    environment: Record<string, string>,
    nodeFlags: string[] = [],
  ): Promise<Running> {
    const port = await freePort()
    const log = openSync(join(this.folder, `${port}.log`), 'w')
    const startedAt = performance.now()
    const child = spawn(process.execPath, [...nodeFlags, entry], {
      env: { PATH: process.env.PATH, ...environment, PORT: String(port) },
      stdio: ['ignore', log, 'inherit'],
    })
    closeSync(log)
    this.keep(child)
    const url = `http://127.0.0.1:${port}`
    while (performance.now() - startedAt < readyLimitMs && child.exitCode === null) {
      const answer = await fetch(url + readyPath).catch(() => null)
      if (answer && answer.status !== 503) {
        await answer.arrayBuffer()
        return { url, child, readyMs: performance.now() - startedAt, stop: () => this.end(child) }
      }
      await delay(10)
    }
    throw new Error(`${entry} did not become ready`)
  }

  private async embeddedServer(): Promise<string> {
    const entry = join(root, 'packages/embedded-mongo/bin/embedded-mongo.js')
    const data = mkdtempSync(join(this.folder, 'database-'))
    const child = spawn(process.execPath, [entry, '--data', data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.keep(child)
    this.databaseProcess = child
    const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    const uri = String(line).trim()
    if (!uri.startsWith('mongodb://')) throw new Error('The embedded database did not start')
    return uri
  }

  private keep(child: ChildProcess): void {
    this.running.add(child)
    child.once('exit', () => this.running.delete(child))
  }

  private async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const patience = setTimeout(() => child.kill('SIGKILL'), 5000)
    await exited
    clearTimeout(patience)
  }
}

/** What the operating system says the process holds, in MB. */
export function residentMegabytes({ child }: Running): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)]).toString()) / 1024
}

/** A connection of the benchmark's own, dropped again with everything in the database. */
export async function withDatabase<T>(
  uri: string,
  work: (database: mongoose.mongo.Db) => Promise<T>,
): Promise<T> {
  const client = await new mongoose.mongo.MongoClient(uri).connect()
  try {
    return await work(client.db())
  } finally {
    await client.close()
  }
}
