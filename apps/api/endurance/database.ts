import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isRunning, type Processes } from './processes.ts'

const run = promisify(execFile)
const entry = fileURLToPath(
  new URL('../../../packages/embedded-mongo/bin/embedded-mongo.js', import.meta.url),
)

/** The one database of a run. Stopped, it answers nobody; started again, it has everything it had. */
export interface Database {
  uri: string
  name: string
  stop(): Promise<void>
  start(): Promise<void>
}

/** The embedded one in a process of its own, which `stop` ends with SIGKILL. */
export async function embeddedDatabase(processes: Processes): Promise<Database> {
  const data = join(processes.folder, 'database')
  mkdirSync(data, { mode: 0o700 })
  const launch = () => processes.start('database', process.execPath, [entry, '--data', data])
  let child = launch()
  const uri = await poll(() => {
    if (!isRunning(child)) throw new Error(`The embedded database did not start: see ${processes.folder}`)
    return readFileSync(join(data, 'mongo.uri'), 'utf8').trim()
  })
  return {
    uri,
    name: 'embedded, a process of its own',
    stop: () => processes.end(child, 'SIGKILL'),
    async start() {
      child = launch()
    },
  }
}

/** Any other, which is stopped and started by commands of the shell. Null: it goes on all the time. */
export function givenDatabase(
  server: string,
  commands: { stop: string | undefined; start: string | undefined },
): Database {
  // Not by URL, which takes one host alone.
  const [, scheme = '', user = '', hosts = '', query = ''] =
    /^(mongodb(?:\+srv)?:\/\/)([^/]*@)?([^/?]+)[^?]*(.*)$/.exec(server) ?? []
  if (!hosts) throw new Error('MONGO_URI must start with mongodb:// or mongodb+srv://')
  const name = `latchkey_endurance_${randomBytes(4).toString('hex')}`
  const shell = async (command: string | undefined) => {
    if (command) await run('sh', ['-c', command])
  }
  return {
    uri: `${scheme}${user}${hosts}/${name}${query}`,
    name: `MONGO_URI (${decodeURIComponent(hosts)})`,
    stop: () => shell(commands.stop),
    start: () => shell(commands.start),
  }
}

async function poll(read: () => string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      const found = read()
      if (found) return found
    } catch (error) {
      if (tries > 200 || !(error instanceof Error && 'code' in error)) throw error
    }
    await delay(50)
  }
}
