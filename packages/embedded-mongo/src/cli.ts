import { parseArgs } from 'node:util'
import { startEmbeddedMongo } from './index.ts'

const USAGE = 'Usage: embedded-mongo --data DIR [--port N] [--host ADDRESS] [--database NAME]'

/** Serves a directory until SIGINT or SIGTERM. Returns the exit code. */
async function main(): Promise<number> {
  const { data, port, host, database } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '27017' },
      host: { type: 'string', default: '127.0.0.1' },
      database: { type: 'string', default: 'latchkey' },
    },
  }).values
  if (!data || !/^\d+$/.test(port)) throw new Error(USAGE)
  const stopped = new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(0))
    process.once('SIGTERM', () => resolve(0))
  })
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const server = await startEmbeddedMongo({ dataDir: data, port: Number(port), host, database, onExit: fail })
  console.log(server.uri)
  const code = await Promise.race([stopped, failed])
  await server.close()
  return code
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
