import { setTimeout as delay } from 'node:timers/promises'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { mongo, Schema } from 'mongoose'
import pino from 'pino'
import { expect, vi } from 'vitest'
import { openServices } from '../src/commands/open-services.ts'
import { createDatabase } from '../src/database.ts'
import { apiForTest } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { sideBySide as it, whenOver } from './support/side-by-side.ts'

/** Enough to connect to a database on this machine. */
const patienceMs = 1000

const opened = (uri: string) => openServices({ NODE_ENV: 'development', MONGO_URI: uri }, { indexes: true })

/** A database with an index that this version would build otherwise. */
async function conflicting(): Promise<string> {
  const uri = testDatabaseUri()
  const client = await new mongo.MongoClient(uri).connect()
  await client.db().collection('users').createIndex({ emailKey: 1 }, { name: 'emailKey_1' })
  await client.close()
  return uri
}

it('a command says why the database refuses it, and not that it cannot be reached', async () => {
  const uri = await conflicting()
  await expect(opened(uri)).rejects.toThrow(/^The database refuses .*index.*emailKey_1/is)
})

it('an API logs why the database refuses it, and starts when that is mended', async () => {
  const uri = await conflicting()
  const api = await apiForTest({ mongoUri: uri, early: true })
  await eventually(() =>
    expect(api.logged()).toMatch(/the database refuses what the start needs; trying again/),
  )
  expect(api.logged()).not.toContain('cannot be reached yet')
  await api.http.get('/api/health/ready').expect(503)
  const client = await new mongo.MongoClient(uri).connect()
  await client.db().collection('users').dropIndex('emailKey_1')
  await client.close()
  await eventually(() => api.http.get('/api/health/ready').expect(200))
})

it('a command says why a database cannot be reached', async () => {
  await expect(opened('mongodb://127.0.0.1:9/latchkey')).rejects.toThrow(
    /^The database cannot be reached\. .*ECONNREFUSED/,
  )
})

it('patience is for the connection, and an index takes as long as it takes', async () => {
  const uri = testDatabaseUri()
  const database = createDatabase({ uri, log: pino({ level: 'silent' }), migrations: [] })
  whenOver(() => database.close())
  const things = database.connection.model('Thing', new Schema({ name: { type: String, index: true } }))
  const { createIndexes } = things.collection
  vi.spyOn(things.collection, 'createIndexes').mockImplementation(async (...given) => {
    await delay(2 * patienceMs)
    return await createIndexes.apply(things.collection, given)
  })
  await database.connect({ indexes: true, patienceMs })
  expect((await things.collection.indexes()).map(({ name }) => name)).toContain('name_1')
})
