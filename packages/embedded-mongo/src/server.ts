import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type Address, type Entrance, listenInPrivate } from './access/listen.ts'
import { makePrivateFolder } from './access/private-files.ts'
import { lockDirectory } from './directory-lock.ts'
import { dispatch } from './dispatch.ts'
import { Engine } from './engine.ts'
import { startExpiry } from './expiry.ts'
import { isFullDisk } from './storage/disk-error.ts'
import { serveConnection } from './wire/connection.ts'

/** Everything that is kept in a data directory. */
const FILES = ['mongo', 'mongo.uri', 'mongo.password', 'mongo.sock', 'process.lock']

export interface ServerOptions extends Address {
  dataDir: string
  database: string
  /** Seconds between two searches for expired documents. */
  expirySeconds: number
}

export interface Server {
  uri: string
  close(): Promise<void>
}

/**
 * Serves a data directory in this thread, to its owner and nobody else.
 * @throws DirectoryLockedError when the directory is served already; Error when it cannot be kept from other users, or
 *   its disk is full
 */
export async function serve(options: ServerOptions): Promise<Server> {
  const directory = makePrivateFolder(options.dataDir, FILES)
  const lock = await lockDirectory(directory)
  const undo: (() => Promise<void> | void)[] = [() => lock.release()]
  try {
    const engine = Engine.open(join(directory, 'mongo'))
    undo.push(() => engine.close())
    const expiry = startExpiry(engine, options.expirySeconds)
    undo.push(() => expiry.stop())
    const listener = await listen(engine, directory, options)
    undo.push(() => listener.close())
    const { authority, options: access } = listener.entrance
    const uri = `mongodb://${authority}/${options.database}${access}`
    const uriFile = join(directory, 'mongo.uri')
    rmSync(uriFile, { force: true })
    writeFileSync(uriFile, `${uri}\n`, { mode: 0o600, flag: 'wx' })
    undo.push(() => rmSync(uriFile, { force: true }))
    return { uri, close: () => unwind(undo) }
  } catch (error) {
    await unwind(undo)
    if (isFullDisk(error, directory))
      throw new Error(`${directory} cannot be served: its disk is full.`, { cause: error })
    throw error
  }
}

/** Last in, first out. */
async function unwind(undo: (() => Promise<void> | void)[]): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step()
}

async function listen(
  engine: Engine,
  directory: string,
  address: Address,
): Promise<{ entrance: Entrance; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const running = new Set<Promise<unknown>>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveConnection(socket, entrance.gate(), (body, connectionId) => {
      const answer = dispatch(engine, body, connectionId)
      running.add(answer)
      void answer.finally(() => running.delete(answer))
      return answer
    })
  })
  const entrance = await listenInPrivate(server, directory, address)
  return {
    entrance,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // Running commands are answered before the connections close.
      await Promise.all(running)
      for (const socket of sockets) socket.destroySoon()
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, 500)
      await closed
      clearTimeout(cut)
    },
  }
}
