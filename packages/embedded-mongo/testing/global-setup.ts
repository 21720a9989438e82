import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedMongo } from '../src/index.ts'
import './index.ts'

/**
 * One server for the whole run: the one at MONGO_URI; or, with MONGO_ENGINE=mongod, a real mongod; or else an
 * embedded one on a directory of its own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { uri, stop } = await startServer()
  project.provide('mongoUri', uri)
  return stop
}

async function startServer(): Promise<{ uri: string; stop(): Promise<void> }> {
  if (process.env.MONGO_URI) return { uri: process.env.MONGO_URI, stop: async () => {} }
  return process.env.MONGO_ENGINE === 'mongod' ? startMongod() : startEmbedded()
}

async function startEmbedded(): Promise<{ uri: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(await memory(), 'embedded-mongo-'))
  const server = await startEmbeddedMongo({ dataDir })
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

async function startMongod(): Promise<{ uri: string; stop(): Promise<void> }> {
  const { MongoMemoryServer } = await import('mongodb-memory-server-core')
  try {
    const server = await MongoMemoryServer.create()
    return {
      uri: server.getUri(),
      stop: async () => {
        await server.stop()
      },
    }
  } catch (cause) {
    throw new Error(
      'MONGO_ENGINE=mongod needs a mongod, and none could be downloaded. Install one and name it in MONGOMS_SYSTEM_BINARY.',
      { cause },
    )
  }
}
