import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ActivityKind } from '@latchkey/contracts'
import { systemClock } from '@latchkey/contracts/server'
import { startEmbeddedMongo } from '@latchkey/embedded-mongo'
import { administratorAgent } from '@latchkey/sessions'
import { config as loadEnvironmentFile } from 'dotenv'
import pino from 'pino'
import { compose, type Services } from '../compose.ts'
import { type Config, readConfig } from '../config.ts'
import { developmentSecrets } from '../development-secrets.ts'
import { root } from '../root.ts'

/** Does something with the services of the API, whether or not it is running. What goes wrong is said, and exits with 1. */
export function runCommand(main: (words: string[]) => Promise<void>): void {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  })
}

export async function withServices(
  work: (services: Services, config: Config) => Promise<void>,
): Promise<void> {
  loadEnvironmentFile({ path: resolve(root, '.env'), quiet: true })
  const config = readConfig(process.env, (dataDir) => developmentSecrets(resolve(root, dataDir)))
  const database = await openDatabase(config.database.uri, resolve(root, config.database.dataDir))
  const services = compose({
    config,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    mongoUri: database.uri,
    webRoot: root,
    outboxDir: null,
  })
  try {
    await Promise.race([services.database.connect(), unreachable()])
    await work(services, config)
  } finally {
    await services.close()
    await database.close()
  }
}

/** The owner reads of it, and gets a mail once an API runs. */
export const tell = ({ events }: Services, kind: ActivityKind, userId: string) =>
  events.record({ kind, userId, sessionId: null, device: { ip: '', userAgent: administratorAgent } })

export const say = (sentence: string) => process.stdout.write(`${sentence}\n`)

async function unreachable(): Promise<never> {
  await delay(10_000, undefined, { ref: false })
  throw new Error(
    'The database cannot be reached. Is it running, and is MONGO_URI right, its password included?',
  )
}

/** Opens the configured database, the embedded one of a running API, or the embedded one itself. */
async function openDatabase(configured: string | undefined, dataDir: string) {
  if (configured) return { uri: configured, close: async () => {} }
  try {
    return await startEmbeddedMongo({ dataDir })
  } catch (error) {
    const running = runningUri(dataDir)
    if (!running) throw error
    return { uri: running, close: async () => {} }
  }
}

function runningUri(dataDir: string): string | null {
  try {
    return readFileSync(resolve(dataDir, 'mongo.uri'), 'utf8').trim()
  } catch {
    return null
  }
}
