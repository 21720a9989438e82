// Stands in for a mongod where there is none: takes mongod's arguments, serves, and says so in mongod's words.
import { connect, createServer } from 'node:net'
import { parseArgs } from 'node:util'

if (!('typescript' in process.features && process.features.typescript)) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { startEmbeddedMongo } = await import('../../src/index.ts')

const { port, dbpath } = parseArgs({
  options: { port: { type: 'string' }, dbpath: { type: 'string' } },
  strict: false,
}).values
// A mongod that was started like this asks for no password, and ours does on a port: what comes in is passed on to its socket.
const server = await startEmbeddedMongo({ dataDir: `${dbpath}/stand-in` })
const socket = decodeURIComponent(new URL(server.uri).host)
const door = createServer((client) => {
  const inside = connect(socket)
  for (const end of [client, inside]) end.on('error', () => {})
  client.pipe(inside).pipe(client)
}).listen(Number(port), '127.0.0.1')
process.once('SIGINT', () => {
  door.close()
  void server.close()
})
console.log('Waiting for connections')
