import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { lockDirectory } from './directory-lock.ts'
import { dispatch } from './dispatch.ts'
import { Engine } from './engine.ts'
import { startExpiry } from './expiry.ts'
import { serveConnection } from './wire/connection.ts'

export interface ServerOptions {
  dataDir: string
  port: number
  host: string
  database: string
  /** Seconds between two searches for expired documents. */
  expirySeconds: number
}

export interface Server {
  uri: string
  close(): Promise<void>
}

/**
 * Serves a data directory in this thread.
 * @throws DirectoryLockedError when the directory is served already
 */
export async function serve(options: ServerOptions): Promise<Server> {
  // Readable by its owner only: the data has no password.
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const directory = realpathSync(options.dataDir)
  const lock = await lockDirectory(directory)
  const undo: (() => Promise<void> | void)[] = [() => lock.release()]
  try {
    const engine = await Engine.open(join(directory, 'mongo'))
    undo.push(() => engine.close())
    const expiry = startExpiry(engine, options.expirySeconds)
    undo.push(() => expiry.stop())
    const listener = await listen(engine, options)
    undo.push(() => listener.close())
    const uri = `mongodb://${options.host}:${listener.port}/${options.database}`
    const uriFile = join(directory, 'mongo.uri')
    writeFileSync(uriFile, `${uri}\n`, { mode: 0o600 })
    undo.push(() => rmSync(uriFile, { force: true }))
    return { uri, close: () => unwind(undo) }
  } catch (error) {
    await unwind(undo)
    throw error
  }
}

/** Last in, first out. */
async function unwind(undo: (() => Promise<void> | void)[]): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step()
}

async function listen(
  engine: Engine,
  { port, host }: ServerOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const running = new Set<Promise<unknown>>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveConnection(socket, (body, connectionId) => {
      const answer = dispatch(engine, body, connectionId)
      running.add(answer)
      void answer.finally(() => running.delete(answer))
      return answer
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
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
