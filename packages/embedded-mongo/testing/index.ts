import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'

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
