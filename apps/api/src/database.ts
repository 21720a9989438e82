import { setTimeout as delay } from 'node:timers/promises'
import mongoose, { type Connection, MongooseError, mongo } from 'mongoose'
import type { Logger } from 'pino'
import { AuthError } from './auth-error.ts'
import { renewDeadHeartbeats } from './database-heartbeat.ts'

/** Where the rate limiters count. */
export const rateLimitCollection = 'rateLimits'

const retryMs = 1000
const pingTimeoutMs = 2000

/** Error codes of a server that is going away or not the primary; MongoDB's own list of retryable ones. */
const outageCodes = new Set<unknown>([
  6, 7, 50, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
])

export type Database = ReturnType<typeof createDatabase>

/**
 * The connection to MongoDB. It is made in the background and made again whenever it is lost; until it stands and the
 * unique indexes exist, `assertReady` throws, because without them two accounts could share an address.
 */
export function createDatabase({ uri, log }: { uri: string; log: Logger }) {
  const connection = mongoose.createConnection()
  const closing = new AbortController()
  let ready = false

  return {
    connection,

    /** Resolves once connected and indexed, however long the database takes to appear; or when closed. */
    async connect(): Promise<void> {
      while (!closing.signal.aborted && !ready) {
        try {
          await connection.openUri(uri, {
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
          renewDeadHeartbeats(connection.getClient())
          await createIndexes(connection)
          ready = true
          log.info('the database is connected')
        } catch (error) {
          if (closing.signal.aborted) return
          log.warn({ err: error }, 'the database cannot be reached yet; trying again')
          await connection.close().catch(() => {}) // half open; the next round starts from nothing
          await delay(retryMs, undefined, { signal: closing.signal }).catch(() => {})
        }
      }
    },

    /** Throws AuthError `database_unavailable` until the first connection stands. */
    assertReady(): void {
      if (!ready) throw new AuthError('database_unavailable')
    },

    /** Asks the database now. Throws AuthError `database_unavailable`. */
    async ping(): Promise<void> {
      this.assertReady()
      try {
        await connection.db?.command({ ping: 1 }, { timeoutMS: pingTimeoutMs })
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

async function createIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) await model.createIndexes()
  const rateLimits = connection.collection(rateLimitCollection)
  await rateLimits.createIndex({ key: 1 }, { unique: true })
  await rateLimits.createIndex({ expire: 1 }, { expireAfterSeconds: 0 })
}

/** What the operating system says of a connection that is gone. */
const brokenConnection = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])

/** Whether an error means that the database is out of reach, as opposed to having said no. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isOutage(error)) return true
  // A bulk write and some of the driver's own errors carry the real one inside.
  const inner: unknown = error.cause ?? ('errorResponse' in error ? error.errorResponse : undefined)
  return inner !== undefined && inner !== error && isDatabaseOutage(inner)
}

function isOutage(error: Error): boolean {
  if ('syscall' in error && 'code' in error && brokenConnection.has(String(error.code))) return true
  if (error instanceof mongo.MongoServerError)
    return outageCodes.has(error.code) || error.hasErrorLabel('RetryableWriteError') || isCut(error)
  if (error instanceof mongo.MongoError)
    return (
      error instanceof mongo.MongoNetworkError ||
      error instanceof mongo.MongoSystemError ||
      error instanceof mongo.MongoOperationTimeoutError ||
      error instanceof mongo.MongoNotConnectedError ||
      error instanceof mongo.MongoClientClosedError ||
      error instanceof mongo.MongoTopologyClosedError ||
      /PoolCleared|PoolClosed|WaitQueueTimeout|ExpiredSession/.test(error.name)
    )
  // Mongoose's own: no connection, and its copy of the driver's server selection error.
  if (error instanceof MongooseError)
    return (
      error.name === 'MongooseServerSelectionError' ||
      /initial connection|before .*connect|bufferCommands/i.test(error.message)
    )
  return isCut(error)
}

/** Node's words for a socket that ended under a write; the driver passes them on without a code. */
const isCut = ({ message }: Error) =>
  /socket has been ended|ECONNRESET|EPIPE|connection .*closed/i.test(message)
