import { document, int } from '../values/types.ts'
import { VERSION } from './buildInfo.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/serverStatus/ */
export const serverStatus: Handler = ({ engine }) => {
  const uptime = (Date.now() - engine.startedAt.getTime()) / 1000
  return {
    host: 'embedded',
    version: VERSION,
    process: 'embedded-mongo',
    pid: BigInt(process.pid),
    uptime,
    uptimeMillis: BigInt(Math.round(uptime * 1000)),
    localTime: new Date(),
    connections: document({ current: int(1), available: int(1000) }),
    metrics: document({ cursor: document({ open: document({ total: BigInt(engine.cursors.size) }) }) }),
    mem: document({ resident: int(process.memoryUsage.rss() >> 20) }),
    storageEngine: document({ name: 'lmdb', persistent: true }),
    ok: 1,
  }
}
