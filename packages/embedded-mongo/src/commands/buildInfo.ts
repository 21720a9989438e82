import { MAX_DOCUMENT_BYTES } from '../storage/collection.ts'
import { document, int } from '../values/types.ts'
import type { Handler } from './command.ts'

/** The MongoDB version whose behaviour and wire version (21) this server follows. */
export const VERSION = '7.0.0'

/** https://www.mongodb.com/docs/manual/reference/command/buildInfo/ */
export const buildInfo: Handler = () => ({
  version: VERSION,
  gitVersion: 'embedded',
  modules: ['latchkey-embedded'],
  versionArray: VERSION.split('.').map(Number).concat(0).map(int),
  javascriptEngine: 'none',
  bits: int(64),
  debug: false,
  maxBsonObjectSize: int(MAX_DOCUMENT_BYTES),
  storageEngines: ['lmdb'],
  openssl: document({ running: 'disabled' }),
  ok: 1,
})
