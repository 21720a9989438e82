import { randomBytes } from 'node:crypto'
import { cpus, hostname, totalmem } from 'node:os'
import { Binary } from 'bson'
import { ServerError } from '../errors.ts'
import { document, int, type Maybe } from '../values/types.ts'
import { findCollection } from './arguments.ts'
import type { Handler } from './command.ts'

/** What Compass and mongosh ask when they connect. There are no users, logs or parameters. */
export const administration: Record<string, Handler> = {
  connectionStatus: () => ({
    authInfo: document({
      authenticatedUsers: [],
      authenticatedUserRoles: [],
      authenticatedUserPrivileges: [],
    }),
    ok: 1,
  }),
  getCmdLineOpts: () => ({ argv: ['embedded-mongo'], parsed: document({}), ok: 1 }),
  getLog: ({ body }) =>
    body.get('getLog') === '*'
      ? { names: ['global', 'startupWarnings'], ok: 1 }
      : { totalLinesWritten: int(0), log: [], ok: 1 },
  getParameter: ({ body }) => {
    const known: Record<string, Maybe> = { featureCompatibilityVersion: document({ version: '7.0' }) }
    const all = body.get('getParameter') === '*'
    const named = Object.entries(known).filter(([name]) => all || body.has(name))
    if (named.length === 0) throw new ServerError('InvalidOptions', 'no option found to get')
    return { ...Object.fromEntries(named), ok: 1 }
  },
  hostInfo: () => ({
    system: document({
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: int(64),
      numCores: int(cpus().length),
      memSizeMB: BigInt(Math.floor(totalmem() / 2 ** 20)),
    }),
    os: document({ type: process.platform, name: process.platform, version: process.version }),
    extra: document({}),
    ok: 1,
  }),
  currentOp: () => ({ inprog: [], ok: 1 }),
  startSession: () => {
    const id = randomBytes(16)
    return { id: document({ id: new Binary(id, Binary.SUBTYPE_UUID) }), timeoutMinutes: int(30), ok: 1 }
  },
  whatsmyuri: () => ({ you: '127.0.0.1:0', ok: 1 }),
  validate: (request) => {
    const collection = findCollection(request)
    if (!collection) throw new ServerError('NamespaceNotFound', 'the collection does not exist')
    return {
      ns: collection.namespace,
      nrecords: int(collection.count()),
      nIndexes: int(collection.indexes.length),
      valid: true,
      errors: [],
      warnings: [],
      ok: 1,
    }
  },
}
