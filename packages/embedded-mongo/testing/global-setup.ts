import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { InlineConfig } from 'vite'
import type { TestProject } from 'vitest/node'
import { prepareEmbeddedMongo } from '../src/index.ts'
import { buildForTests } from './build.ts'
import './index.ts'
import { startMongod } from './mongod.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The embedded server's thread, and its command line. */
const server: InlineConfig = {
  configFile: false,
  build: {
    ssr: true,
    target: 'node20',
    emptyOutDir: true,
    sourcemap: true,
    rolldownOptions: {
      input: { cli: 'src/cli.ts', 'embedded-mongo-worker': 'src/embedded-mongo-worker.js' },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
}

/**
 * One server for the whole run: the one at MONGO_URI, or a real mongod if MONGO_ENGINE=mongod, or an embedded one in a
 * temporary directory. And a build of the embedded one, for the tests that start servers of their own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = await buildForTests(root, server)
  const { uri, stop } = await startServer(built.folder)
  project.onTestsRerun(built.again)
  project.provide('mongoUri', uri)
  project.provide('embeddedMongoBuild', built.folder)
  return async () => {
    await stop()
    await built.remove()
  }
}

async function startServer(built: string): Promise<{ uri: string; stop(): Promise<void> }> {
  if (process.env.MONGO_URI) return { uri: process.env.MONGO_URI, stop: async () => {} }
  return process.env.MONGO_ENGINE === 'mongod' ? startMongod() : startEmbedded(built)
}

async function startEmbedded(built: string): Promise<{ uri: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(await memory(), 'embedded-mongo-'))
  const program = pathToFileURL(join(built, 'embedded-mongo-worker.js'))
  const server = await prepareEmbeddedMongo(program).start({ dataDir })
  const stop = async (): Promise<void> => {
    await server.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { uri: server.uri, stop }
}

/** A folder in memory where there is room for one: no test of the shared server is about its disk. */
async function memory(): Promise<string> {
  const folder = '/dev/shm'
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize > 2 ** 30 ? folder : tmpdir()
}
