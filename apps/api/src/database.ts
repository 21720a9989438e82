import { setTimeout as delay } from 'node:timers/promises'
import { AuthError } from '@latchkey/contracts/server'
import { isDatabaseOutage } from '@latchkey/sessions'
import mongoose, { mongo } from 'mongoose'
import type { Logger } from 'pino'
import { renewDeadHeartbeats } from './database-heartbeat.ts'
import { createIndexes, UnindexableError } from './database-indexes.ts'
import { assertServable, UnservableError } from './maintenance/assert-servable.ts'

const retryMs = 1000
const pingTimeoutMs = 2000

interface Collaborators {
  uri: string
  log: Logger
  /** The names of the migrations that this version knows. */
  migrations: readonly string[]
  /** Told of each client of the driver's before it connects. */
  onClient?: ((client: mongo.MongoClient) => void) | undefined
}

/** There is no connection, or none that is of use. The message says why. */
export class UnopenedError extends Error {
  override readonly name = 'UnopenedError'
}

interface HowToConnect {
  indexes: boolean
  patienceMs?: number
}

export type Database = ReturnType<typeof createDatabase>

/**
 * The connection to MongoDB. It connects in the background, and again after every loss. Until it is connected and the
 * unique indexes exist, `assertReady` throws: without them two accounts could share an address.
 */
export function createDatabase({ uri, log, migrations, onClient }: Collaborators) {
  const connection = mongoose.createConnection()
  const closing = new AbortController()
  let ready = false

  return {
    connection,

    /**
     * Resolves when connected and indexed, no matter how long that takes, or when closed. Rejects with
     * UnindexableError when stored documents break a unique index, and with UnservableError when the database must not be
     * served, because waiting would not help. `indexes` false: neither is looked at, for whoever only looks.
     *
     * `patienceMs`: for so long it is tried to connect, however long the indexes take then. Rejects with
     * UnopenedError when that is over, and at once when the database answers and refuses.
     */
    async connect({ indexes, patienceMs }: HowToConnect = { indexes: true }): Promise<void> {
      const givenUpAt = performance.now() + (patienceMs ?? Number.POSITIVE_INFINITY)
      while (!closing.signal.aborted && !ready) {
        try {
          const opening = connection.openUri(uri, {
            autoIndex: false,
            autoCreate: false,
            bufferCommands: false,
            serverSelectionTimeoutMS: 3000,
            connectTimeoutMS: 3000,
            socketTimeoutMS: 10_000,
            heartbeatFrequencyMS: 2000,
            waitQueueTimeoutMS: 5000,
            maxPoolSize: 50,
          })
          onClient?.(connection.getClient())
          await opening
          renewDeadHeartbeats(connection.getClient())
          if (indexes) {
            const newer = await assertServable(connection.getClient().db(), migrations)
            if (newer.length > 0)
              log.warn({ migrations: newer }, 'a newer version has migrated this database')
            await createIndexes(connection)
          }
          ready = true
          log.info('the database is connected')
        } catch (error) {
          if (closing.signal.aborted) return
          if (error instanceof UnindexableError || error instanceof UnservableError) throw error
          if (patienceMs !== undefined && (isRefusal(error) || performance.now() > givenUpAt))
            throw whyNot(error)
          // Nor does an API end by that: what it is refused can be mended meanwhile.
          if (isRefusal(error))
            log.error({ err: error }, 'the database refuses what the start needs; trying again')
          else log.warn({ err: error }, 'the database cannot be reached yet; trying again')
          await connection.close().catch(() => {}) // half open; the next round starts from nothing
          await delay(retryMs, undefined, { signal: closing.signal }).catch(() => {})
        }
      }
    },

    /** Throws AuthError `database_unavailable` until the first connection is made. */
    assertReady(): void {
      if (!ready) throw new AuthError('database_unavailable')
    },

    /** Asks the database now. Throws AuthError `database_unavailable`. */
    async ping(): Promise<void> {
      this.assertReady()
      try {
        await connection.db?.command({ ping: 1 }, { signal: AbortSignal.timeout(pingTimeoutMs) })
      } catch (cause) {
        throw new AuthError('database_unavailable', { cause })
      }
    },

    async close(): Promise<void> {
      closing.abort()
      ready = false
      await connection.close()
    },
  }
}

const wrongPassword = 18

/** Whether the database has answered, and said no to something else than the password. */
const isRefusal = (error: unknown): boolean =>
  error instanceof mongo.MongoServerError && !isDatabaseOutage(error) && error.code !== wrongPassword

function whyNot(cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause)
  const what = isRefusal(cause)
    ? 'The database refuses what this needs'
    : 'The database cannot be reached. Is it running, and is MONGO_URI right, its password included? The last attempt'
  return new UnopenedError(`${what}: ${why}`, { cause })
}
