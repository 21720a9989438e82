import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { ServerOptions } from './server.ts'
import type { WorkerMessage } from './worker.ts'

export { makePrivateFolder } from './access/private-files.ts'

export interface EmbeddedMongoOptions {
  /** Made if there is none, and closed to other users. One process at a time may serve it. */
  dataDir: string
  /**
   * Left out: a Unix socket in `dataDir`; where there are none, any free port. A port takes a password, which `dataDir`
   * keeps. 0: any free one.
   */
  port?: number
  /** Where a port is opened: loopback by default, since nothing is encrypted. */
  host?: string
  /** The database that the URI names. */
  database?: string
  /** Seconds between two removals of expired documents: 60 by default, as in MongoDB. */
  expirySeconds?: number
  /** Called if the server's thread ends without `close`. Every connection is lost then. */
  onExit?: (error: Error) => void
}

export interface EmbeddedMongo {
  /**
   * `mongodb://%2Fpath%2Fto%2Fmongo.sock/latchkey`, or with a port `mongodb://owner:PASSWORD@127.0.0.1:PORT/latchkey?…`.
   * Also written to `dataDir/mongo.uri`. Opens everything: do not log it.
   */
  uri: string
  /** Finishes the running commands, closes the files and releases the directory. */
  close(): Promise<void>
}

/** A thread that has nothing to serve yet. */
export interface EmbeddedMongoThread {
  /** @throws Error naming the directory and the process that serves it already, or saying why it cannot start */
  start(options: EmbeddedMongoOptions): Promise<EmbeddedMongo>
}

/**
 * Starts a MongoDB-compatible server on a data directory. It runs in its own thread and never blocks the caller's.
 * @throws Error naming the directory and the process that serves it already, or saying why it cannot start
 */
export const startEmbeddedMongo = (options: EmbeddedMongoOptions): Promise<EmbeddedMongo> =>
  prepareEmbeddedMongo().start(options)

/**
 * Begins to load the server in its thread, for a caller that has other things to load meanwhile. Touches no directory.
 * @param program the thread's: a build of `embedded-mongo-worker.js`, where that is not beside this file
 */
export function prepareEmbeddedMongo(program = workerEntry()): EmbeddedMongoThread {
  // No inherited flags: the worker registers what it needs itself, and a loader registered twice is slow.
  const worker = new Worker(program, { name: 'embedded-mongo', execArgv: [] })
  const ended = new Promise<Error>((resolve) => {
    worker.once('error', (cause) => resolve(new Error(`The embedded database failed: ${cause}`, { cause })))
    worker.once('exit', (code) =>
      resolve(new Error(`The embedded database ended unexpectedly with code ${code}.`)),
    )
  })
  return { start: (options) => start(worker, ended, options) }
}

async function start(
  worker: Worker,
  ended: Promise<Error>,
  { onExit, ...options }: EmbeddedMongoOptions,
): Promise<EmbeddedMongo> {
  const { dataDir, port, host = '127.0.0.1', database = 'latchkey', expirySeconds = 60 } = options
  worker.postMessage({ dataDir, port, host, database, expirySeconds } satisfies ServerOptions)
  const first = await Promise.race([nextMessage(worker), ended])
  if (first instanceof Error) throw first
  if (first.kind !== 'serving')
    throw new Error(first.kind === 'failed' ? first.message : 'The embedded database closed.')
  let closing: Promise<void> | undefined
  void ended.then((error) => {
    if (!closing) onExit?.(error)
  })
  const close = async (): Promise<void> => {
    worker.postMessage('close')
    await ended
  }
  return {
    uri: first.uri,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

const nextMessage = (worker: Worker): Promise<WorkerMessage> =>
  new Promise((resolve) => worker.once('message', resolve))

/** Beside this file, or one folder up if a bundler has moved this file into a chunk. */
function workerEntry(): URL {
  const beside = new URL('./embedded-mongo-worker.js', import.meta.url)
  const above = new URL('../embedded-mongo-worker.js', import.meta.url)
  return existsSync(beside) ? beside : above
}
