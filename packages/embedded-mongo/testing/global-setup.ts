import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedMongo } from '../src/index.ts'
import './index.ts'
import { startMongod } from './mongod.ts'

/**
 * One server for the whole run: the one at MONGO_URI, or a real mongod if MONGO_ENGINE=mongod, or an embedded one in a
 * temporary directory.
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
