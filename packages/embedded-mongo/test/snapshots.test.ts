import mongoose from 'mongoose'
import { expect, test } from 'vitest'
import { useEmbedded } from './support/embedded.ts'

const database = useEmbedded()

test('a snapshot session reads every collection as of one moment, whatever is written meanwhile', async () => {
  const { client } = database()
  const [first, second] = [client.db().collection('first'), client.db().collection('second')]
  const numbered = Array.from({ length: 300 }, (_, n) => ({ n, text: 'x'.repeat(500) }))
  await first.insertMany(numbered)
  await second.insertMany(numbered)
  const session = client.startSession({ snapshot: true })
  const cursor = first.find({}, { session, batchSize: 10 })
  expect((await cursor.next())?.n).toBe(0)
  // More than the pages that were free, so that whatever is used again would be seen.
  for (let times = 0; times < 3; times++) {
    await first.updateMany({}, { $inc: { n: 10_000 }, $set: { text: `${times}`.repeat(600) } })
    await second.deleteMany({})
    await second.insertMany(numbered.map(({ n }) => ({ n: n + 50_000 })))
  }
  const rest = await cursor.toArray()
  expect(rest.map(({ n }) => n)).toEqual(numbered.slice(1).map(({ n }) => n))
  const other = await second.find({}, { session, batchSize: 100 }).toArray()
  expect(other.map(({ n }) => n)).toEqual(numbered.map(({ n }) => n))
  expect(await second.find({}, { session }).toArray()).toHaveLength(300)
  await session.endSession()

  expect((await second.findOne())?.n).toBeGreaterThanOrEqual(50_000)
})

test('a collection that is made later is not in it', async () => {
  const { client } = database()
  const session = client.startSession({ snapshot: true })
  await client.db().collection('before').insertOne({ n: 1 })
  expect(await client.db().collection('before').find({}, { session }).toArray()).toHaveLength(1)
  await client.db().collection('after').insertOne({ n: 1 })
  expect(await client.db().collection('after').find({}, { session }).toArray()).toEqual([])
  await session.endSession()
})

test('what it cannot do in a snapshot it refuses', async () => {
  const { client } = database()
  const collection = client.db().collection('refused')
  await collection.insertOne({ n: 1 })
  const session = client.startSession({ snapshot: true })
  await expect(collection.find({ n: 1 }, { session }).toArray()).rejects.toMatchObject({ code: 115 })
  await expect(collection.aggregate([{ $match: {} }], { session }).toArray()).rejects.toMatchObject({
    code: 115,
  })
  await session.endSession()
})

test('a snapshot that is kept no more is said to be too old', async () => {
  const { client, uri } = database()
  const collection = client.db().collection('old')
  await collection.insertOne({ n: 1 })
  const session = client.startSession({ snapshot: true })
  await collection.find({}, { session }).toArray()
  const ended = await new mongoose.mongo.MongoClient(uri).connect()
  await ended.db('admin').command({ endSessions: [session.id] })
  await ended.close()
  await expect(collection.find({}, { session }).toArray()).rejects.toMatchObject({ code: 239 })
  await session.endSession()
})
