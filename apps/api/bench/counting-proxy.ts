import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The driver's own talk with the server, which no request causes. */
const housekeeping = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions'])
const opMsg = 2013
const headerBytes = 16
const stringType = 2

/** A stretch of wire to the database on which commands are counted as they pass. */
export async function countingProxy(uri: string) {
  const target = new URL(uri)
  // The embedded database's host is the path of a socket.
  const host = decodeURIComponent(target.hostname)
  const there = host.startsWith('/') ? { path: host } : { host, port: Number(target.port || 27017) }
  const sockets = new Set<Socket>()
  let commands = 0
  const perCollection = new Map<string, number>()
  const server = createServer((near) => {
    const far = connect(there)
    const read = commandReader((name, collection) => {
      if (housekeeping.has(name)) return
      commands++
      perCollection.set(collection, (perCollection.get(collection) ?? 0) + 1)
    })
    near.on('data', read)
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()) // whoever asks hears of it from the driver
      socket.on('close', () => sockets.delete(socket))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = new URL(uri)
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  // A replica set would send the driver to its members, past this proxy.
  own.searchParams.set('directConnection', 'true')
  own.searchParams.delete('replicaSet')

  return {
    uri: own.href,
    get commands() {
      return commands
    },
    commandsOn: (collection: string): number => perCollection.get(collection) ?? 0,
    close(): void {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/**
 * Cuts a stream into messages and names the command of each and what it is about (OP_MSG: flags, then the body, whose
 * first element is the command with, mostly, the collection).
 */
function commandReader(tell: (command: string, collection: string) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length >= headerBytes) {
      const length = pending.readInt32LE(0)
      if (pending.length < length) return
      const message = pending.subarray(0, length)
      pending = pending.subarray(length)
      // Behind the header: 4 bytes of flags, the section's kind, the document's length, the element's type.
      const name = headerBytes + 10
      if (message.readInt32LE(12) !== opMsg) continue
      const end = message.indexOf(0, name)
      const collection =
        message[name - 1] === stringType ? message.toString('utf8', end + 5, message.indexOf(0, end + 5)) : ''
      tell(message.toString('latin1', name, end), collection)
    }
  }
}
