import { MongooseError, mongo } from 'mongoose'

/**
 * Error codes by which a server says "not now", named as in MongoDB's own table of codes:
 * - what the driver's specifications call retryable (retryable reads and writes, server discovery);
 * - what a replica set, a mongos or an overloaded server answers during a failover or while it is busy;
 * - what a server answers when its disk is full or failing.
 */
export const notNow: Readonly<Record<string, number>> = {
  HostUnreachable: 6,
  HostNotFound: 7,
  LockTimeout: 24,
  FileStreamFailed: 39,
  LockBusy: 46,
  MaxTimeMSExpired: 50,
  StaleShardVersion: 63,
  WriteConcernTimeout: 64,
  NetworkTimeout: 89,
  CallbackCanceled: 90,
  ShutdownInProgress: 91,
  UnsatisfiableWriteConcern: 100,
  WriteConflict: 112,
  FailedToSatisfyReadPreference: 133,
  ReadConcernMajorityNotAvailableYet: 134,
  PooledConnectionsDropped: 145,
  NoConfigPrimary: 149,
  StaleEpoch: 150,
  QueryPlanKilled: 175,
  PrimarySteppedDown: 189,
  NetworkInterfaceExceededTimeLimit: 202,
  ElectionInProgress: 216,
  SnapshotTooOld: 239,
  SnapshotUnavailable: 246,
  StaleDbVersion: 249,
  StaleChunkHistory: 250,
  ExceededTimeLimit: 262,
  TooManyFilesOpen: 264,
  MigrationConflict: 272,
  ClientDisconnect: 279,
  TransactionCoordinatorSteppingDown: 281,
  SplitHorizonChange: 303,
  ConnectionPoolExpired: 317,
  MovePrimaryInProgress: 319,
  ServiceExecutorInShutdown: 333,
  ReshardingCriticalSectionTimeout: 342,
  ShardCannotRefreshDueToLocksHeld: 343,
  InterruptedDueToStorageChange: 355,
  TemporarilyUnavailable: 365,
  UserWritesBlocked: 371,
  CloseConnectionForShutdownCommand: 372,
  ConnectionError: 384,
  ReauthenticationRequired: 391,
  StreamTerminated: 398,
  ResourceExhausted: 402,
  PooledConnectionAcquisitionExceededTimeLimit: 407,
  AdmissionQueueOverflow: 433,
  RateLimitExceeded: 449,
  IngressRequestRateLimitExceeded: 462,
  SocketException: 9001,
  LegacyNotPrimary: 10_058,
  NotWritablePrimary: 10_107,
  InterruptedAtShutdown: 11_600,
  Interrupted: 11_601,
  InterruptedDueToReplStateChange: 11_602,
  StaleConfig: 13_388,
  NotPrimaryNoSecondaryOk: 13_435,
  NotPrimaryOrSecondary: 13_436,
  OutOfDiskSpace: 14_031,
}
const outageCodes = new Set<unknown>(Object.values(notNow))
const outageLabels = [
  'RetryableWriteError',
  'RetryableError',
  'SystemOverloadedError',
  'TransientTransactionError',
]

/** The operating system's codes for a broken connection. */
const brokenConnection = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])

/** Whether an error means that the database is out of reach or cannot save. False when it answered and said no. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isOutage(error)) return true
  // A bulk write, and some of the driver's own errors, carry the real error inside.
  const inner: unknown = error.cause ?? ('errorResponse' in error ? error.errorResponse : undefined)
  return inner !== undefined && inner !== error && isDatabaseOutage(inner)
}

function isOutage(error: Error): boolean {
  if ('syscall' in error && 'code' in error && brokenConnection.has(String(error.code))) return true
  if (error instanceof mongo.MongoServerError)
    return (
      outageCodes.has(error.code) || outageLabels.some((label) => error.hasErrorLabel(label)) || isCut(error)
    )
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
  // Mongoose's own errors: no connection, and its copy of the driver's server selection error.
  if (error instanceof MongooseError)
    return (
      error.name === 'MongooseServerSelectionError' ||
      /initial connection|before .*connect|bufferCommands/i.test(error.message)
    )
  return isCut(error)
}

/** Node's message for a socket that was closed during a write. The driver passes it on without a code. */
const isCut = ({ message }: Error) =>
  /socket has been ended|ECONNRESET|EPIPE|connection .*closed/i.test(message)
