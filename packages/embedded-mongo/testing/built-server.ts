import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'
import { type EmbeddedMongo, type EmbeddedMongoOptions, prepareEmbeddedMongo } from '../src/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the embedded server as it is built for this run. */
    embeddedMongoBuild: string
  }
}

const built = (file: string) => join(inject('embeddedMongoBuild'), file)

/** The command line of the run's build. */
export const commandLine = (): string => built('cli.js')

/** An embedded server by the run's build. */
export const startServer = (options: EmbeddedMongoOptions): Promise<EmbeddedMongo> =>
  prepareEmbeddedMongo(pathToFileURL(built('embedded-mongo-worker.js'))).start(options)
