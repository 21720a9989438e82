import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedMongo } from './index.ts'

const USAGE = 'Usage: embedded-mongo --data DIR [--port N [--host ADDRESS]] [--database NAME]'

/** Serves a directory until SIGINT or SIGTERM. Returns the exit code. */
async function main(): Promise<number> {
  const { data, port, host, database } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      database: { type: 'string', default: 'latchkey' },
    },
  }).values
  if (!data || !/^\d*$/.test(port ?? '') || (host && !port)) throw new Error(USAGE)
  const stopped = new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(0))
    process.once('SIGTERM', () => resolve(0))
  })
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const server = await startEmbeddedMongo({
    dataDir: data,
    database,
    onExit: fail,
    ...(port && { port: Number(port) }),
    ...(host && { host }),
  })
  // What is printed may be kept by whoever runs this; the password stays where it is.
  const uri = server.uri.replace(/:[^:@/]+@/, ':PASSWORD@')
  console.log(uri)
  if (uri !== server.uri) console.log(`With the password: cat ${join(data, 'mongo.uri')}`)
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
