import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'

export { commandLine, startServer } from './built-server.ts'
export { type SmallDisk, smallDisk } from './small-disk.ts'
export { type Attempt, somebodyElse } from './somebody-else.ts'

declare module 'vitest' {
  interface ProvidedContext {
    mongoUri: string
  }
}

/**
 * The URI of a new database on the run's server, so that test files do not share data.
 * @param name the database's name begins with it, to show whose it is
 */
export function testDatabaseUri(name = 'test'): string {
  const uri = new URL(inject('mongoUri'))
  uri.pathname = `/${name}_${randomBytes(6).toString('hex')}`
  return uri.toString()
}

/** Where the server of a URI listens, as `net.connect` takes it. */
export function addressOf(uri: string): { path: string } | { host: string; port: number } {
  const { hostname, port } = new URL(uri)
  const host = decodeURIComponent(hostname)
  return host.startsWith('/') ? { path: host } : { host, port: Number(port || 27017) }
}
