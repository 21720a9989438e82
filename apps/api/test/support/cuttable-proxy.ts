import { connect, createServer, type Socket } from 'node:net'
import { addressOf } from '@latchkey/embedded-mongo/testing'
import { whenOver } from './side-by-side.ts'

/** A stretch of wire between the API and its database that a test can cut, hang and mend. */
export interface CuttableProxy {
  /** The database's URI by way of this proxy. */
  uri: string
  /** Connections break and new ones are refused. */
  cut(): void
  /** Connections stay open and nothing passes any more. */
  hang(): void
  /** What the API asks reaches the database; what the database answers reaches nobody. */
  loseAnswers(): void
  mend(): Promise<void>
}

export async function cuttableProxy(target: string, { startCut = false } = {}): Promise<CuttableProxy> {
  const database = addressOf(target)
  const sockets = new Set<Socket>()
  let asking = true
  let answering = true
  const server = createServer((near) => {
    const far = connect(database)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {}) // a cut wire is what this is for
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (chunk) => asking && far.write(chunk))
    far.on('data', (chunk) => answering && near.write(chunk))
  })
  const listen = (at: number) =>
    new Promise<number>((done) =>
      server.listen(at, '127.0.0.1', () => done((server.address() as { port: number }).port)),
    )
  const own = await listen(0)
  const cut = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  if (startCut) cut()
  whenOver(cut)

  const uri = new URL(target)
  uri.host = `127.0.0.1:${own}`
  return {
    uri: uri.href,
    cut,
    hang() {
      asking = false
      answering = false
    },
    loseAnswers() {
      answering = false
    },
    async mend() {
      asking = true
      answering = true
      if (!server.listening) await listen(own)
    },
  }
}
