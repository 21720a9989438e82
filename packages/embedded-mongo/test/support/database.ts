import mongoose from 'mongoose'
import { afterAll, beforeAll } from 'vitest'
import { testDatabaseUri } from '../../testing/index.ts'

type Collection = mongoose.mongo.Collection<mongoose.mongo.BSON.Document>

export interface TestDatabase {
  uri: string
  client: mongoose.mongo.MongoClient
  admin: mongoose.mongo.Db
  db: mongoose.mongo.Db
  collection(name: string): Collection
}

/** A connection to a new database for this test file, on the run's server. */
export function useDatabase(name: string): () => TestDatabase {
  let database: TestDatabase | undefined
  beforeAll(async () => {
    const uri = testDatabaseUri(name)
    const client = await new mongoose.mongo.MongoClient(uri).connect()
    const db = client.db()
    database = {
      uri,
      client,
      db,
      admin: client.db('admin'),
      collection: (collection) => db.collection(collection),
    }
  })
  afterAll(async () => {
    await database?.db.dropDatabase()
    await database?.client.close()
  })
  return () => {
    if (!database) throw new Error('the database is connected before the first test')
    return database
  }
}
