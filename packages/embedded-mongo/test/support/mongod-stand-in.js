// Stands in for a mongod where there is none: takes mongod's arguments, serves, and says so in mongod's words.
import { parseArgs } from 'node:util'

if (!('typescript' in process.features && process.features.typescript)) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { startEmbeddedMongo } = await import('../../src/index.ts')
const { openPort } = await import('../../testing/open-port.ts')

const { port, dbpath } = parseArgs({
  options: { port: { type: 'string' }, dbpath: { type: 'string' } },
  strict: false,
}).values
const server = await startEmbeddedMongo({ dataDir: `${dbpath}/stand-in` })
const open = await openPort(server.uri, Number(port))
process.once('SIGINT', () => {
  open.close()
  void server.close()
})
console.log('Waiting for connections')
