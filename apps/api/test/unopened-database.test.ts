import { setTimeout as delay } from 'node:timers/promises'
import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import { mongo } from 'mongoose'
import { expect, vi } from 'vitest'
import { openServices } from '../src/commands/open-services.ts'
import { apiForTest } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { sideBySide as it } from './support/side-by-side.ts'

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

it('a command waits for an index as long as that takes', async () => {
  const uri = testDatabaseUri()
  const { createIndexes } = mongo.Collection.prototype
  let slow = true
  vi.spyOn(mongo.Collection.prototype, 'createIndexes').mockImplementation(async function (
    this: mongo.Collection,
    ...args
  ) {
    const isFirst = slow && uri.includes(`/${this.dbName}`)
    if (isFirst) slow = false
    if (isFirst) await delay(10_500)
    return await createIndexes.apply(this, args)
  })
  const { close } = await opened(uri)
  expect(slow).toBe(false)
  await close()
})
