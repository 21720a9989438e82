import { MongooseError, mongo } from 'mongoose'

/** Error codes of a server that is going away or not the primary; MongoDB's own list of retryable ones. */
const outageCodes = new Set<unknown>([
  6, 7, 50, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436,
])

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
