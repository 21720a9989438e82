import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Starts a real mongod on a free port: the one that MONGOMS_SYSTEM_BINARY names, else the one on the PATH, else one
 * that mongodb-memory-server downloads.
 * @throws Error saying what to do, when there is none or it does not start
 */
export async function startMongod(): Promise<{ uri: string; stop(): Promise<void> }> {
  const systemBinary = process.env.MONGOMS_SYSTEM_BINARY || onPath()
  if (systemBinary && !isProgram(systemBinary))
    throw new Error(`MONGO_ENGINE=mongod: MONGOMS_SYSTEM_BINARY names ${systemBinary}, which is no program.`)
  // Whatever version is installed will do.
  process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK ??= 'false'
  const { MongoMemoryServer } = await import('mongodb-memory-server')
  try {
    const server = await MongoMemoryServer.create(systemBinary ? { binary: { systemBinary } } : {})
    return {
      uri: server.getUri(),
      stop: async () => {
        await server.stop()
      },
    }
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll('\n', ' ')
    throw new Error(
      systemBinary
        ? `MONGO_ENGINE=mongod: ${systemBinary} did not start (${reason}).`
        : `MONGO_ENGINE=mongod needs a mongod. None is on the PATH, and none could be downloaded (${reason}). Install MongoDB, or name a mongod in MONGOMS_SYSTEM_BINARY.`,
      { cause },
    )
  }
}

const onPath = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, process.platform === 'win32' ? 'mongod.exe' : 'mongod'))
    .find(isProgram)

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
