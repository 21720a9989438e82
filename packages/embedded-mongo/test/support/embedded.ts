import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { afterAll, beforeAll } from 'vitest'
import type { EmbeddedMongo } from '../../src/index.ts'
import { startServer } from '../../testing/index.ts'

export interface EmbeddedDatabase {
  uri: string
  dataDir: string
  client: mongoose.mongo.MongoClient
  collection(name: string): mongoose.mongo.Collection<mongoose.mongo.BSON.Document>
}

/** An embedded server for this test file, whatever server the run uses. */
export function useEmbedded(): () => EmbeddedDatabase {
  let database: EmbeddedDatabase | undefined
  let server: EmbeddedMongo | undefined
  beforeAll(async () => {
    const dataDir = await temporaryDirectory()
    server = await startServer({ dataDir, expirySeconds: 0.2 })
    const client = await new mongoose.mongo.MongoClient(server.uri).connect()
    database = { uri: server.uri, dataDir, client, collection: (name) => client.db().collection(name) }
  })
  afterAll(async () => {
    await database?.client.close()
    await server?.close()
    if (database) await rm(database.dataDir, { recursive: true, force: true })
  })
  return () => {
    if (!database) throw new Error('the server is started before the first test')
    return database
  }
}

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'embedded-mongo-test-'))
