import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '@latchkey/contracts/server'
import { startEmbeddedMongo } from '@latchkey/embedded-mongo'
import pino from 'pino'
import { compose, type Services } from '../compose.ts'
import { type Config, readConfig } from '../config.ts'
import { developmentSecrets } from '../development-secrets.ts'
import { root } from '../root.ts'

const patienceMs = 10_000

export interface OpenServices {
  services: Services
  config: Config
  /** Opens everything: it is not for printing. */
  mongoUri: string
  close(): Promise<void>
}

export interface HowToOpen {
  /** Builds indexes that are missing, as the API does at its start, and refuses a database that must not be served. */
  indexes: boolean
  /** Nobody else may serve the embedded database, and there need be none yet. */
  alone?: boolean
}

/**
 * The services of the API with a connected database, whether or not the API is running. Throws Error with a sentence when
 * there is no database, or none that can be reached.
 */
export async function openServices(
  environment: Record<string, string | undefined>,
  how: HowToOpen,
): Promise<OpenServices> {
  const config = configOf(environment)
  const database = await openDatabase(config.database.uri, resolve(root, config.database.dataDir), how)
  const services = compose({
    config,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    mongoUri: database.uri,
    webRoot: root,
    outboxDir: null,
    metrics: null,
  })
  const close = async () => {
    await services.close()
    await database.close()
  }
  try {
    await services.database.connect({ indexes: how.indexes, patienceMs })
  } catch (error) {
    await close()
    throw error
  }
  return { services, config, mongoUri: database.uri, close }
}

/** The settings of this installation. Throws ConfigError. */
export const configOf = (environment: Record<string, string | undefined>): Config =>
  readConfig(environment, (dataDir) => developmentSecrets(resolve(root, dataDir)))

/**
 * Opens the configured database, the embedded one of a running API, or the embedded one itself. Makes one only for whoever
 * wants it `alone`, a restore: an empty database would answer every question, and wrongly.
 */
async function openDatabase(configured: string | undefined, dataDir: string, { alone = false }: HowToOpen) {
  if (configured) return { uri: configured, close: async () => {} }
  if (alone) return await openAlone(dataDir)
  if (!existsSync(resolve(dataDir, 'mongo')))
    throw new Error(
      `There is no database: MONGO_URI is not set, and DATA_DIR (${dataDir}) holds none. Start the API first, or set them as it has them; with Docker Compose, run this in the container (docs/command-line.md).`,
    )
  try {
    return await startEmbeddedMongo({ dataDir })
  } catch (error) {
    const running = runningUri(dataDir)
    if (!running) throw error
    return { uri: running, close: async () => {} }
  }
}

async function openAlone(dataDir: string) {
  try {
    return await startEmbeddedMongo({ dataDir })
  } catch (cause) {
    if (!(cause instanceof Error && cause.message.includes(' is in use by '))) throw cause
    throw new Error(`The database in ${dataDir} is being served. Stop the API first.`, { cause })
  }
}

function runningUri(dataDir: string): string | null {
  try {
    return readFileSync(resolve(dataDir, 'mongo.uri'), 'utf8').trim()
  } catch {
    return null
  }
}
