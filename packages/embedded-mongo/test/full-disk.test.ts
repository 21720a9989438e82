import mongoose from 'mongoose'
import { expect, onTestFinished, test } from 'vitest'
import { smallDisk } from '../testing/index.ts'

interface Filler {
  _id: number
  text: string
}

async function connect(uri: string): Promise<mongoose.mongo.MongoClient> {
  const client = await new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 2000 }).connect()
  onTestFinished(() => client.close())
  return client
}

const disk = (megabytes = 4) => {
  const small = smallDisk(megabytes)
  onTestFinished(() => small.close())
  return small
}

/** Writes until the disk is full. Returns what was acknowledged, and what was answered in the end. */
async function fill(
  collection: mongoose.mongo.Collection<Filler>,
): Promise<{ acknowledged: Set<number>; refusal: unknown }> {
  const acknowledged = new Set<number>()
  let refusal: unknown
  for (let id = 0; !refusal; id += 10)
    for (const { status, value, reason } of await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => collection.insertOne({ _id: id + n, text: 'x'.repeat(2000) })),
    ).then((all) => all.map((each) => ({ value: undefined, reason: undefined, ...each })))) {
      if (status === 'fulfilled') acknowledged.add(Number(value?.insertedId))
      else refusal = reason
    }
  return { acknowledged, refusal }
}

const codeOf = (error: unknown) => error instanceof mongoose.mongo.MongoServerError && error.code

const idsIn = async (collection: mongoose.mongo.Collection<Filler>) =>
  new Set((await collection.find({}, { projection: { text: 0 } }).toArray()).map(({ _id }) => _id))

test('a full disk refuses writes and serves reads, and writes go on when there is room', async () => {
  const small = disk()
  const client = await connect(await small.start())
  const collection = client.db().collection<Filler>('filler')
  const { acknowledged, refusal } = await fill(collection)
  expect(small.codes).toContain(codeOf(refusal))
  expect(await idsIn(collection)).toEqual(acknowledged)

  small.makeRoom()
  await collection.insertOne({ _id: -1, text: 'room again' })
  expect(await idsIn(collection)).toEqual(new Set([...acknowledged, -1]))
})

test('what was acknowledged before the disk was full is there after a kill -9, and the server starts on the full disk', async () => {
  const small = disk()
  const first = await connect(await small.start())
  const { acknowledged } = await fill(first.db().collection<Filler>('filler'))
  await small.kill()
  const second = await connect(await small.start())
  expect(await idsIn(second.db().collection<Filler>('filler'))).toEqual(acknowledged)
})

test('a collection or index that found no room is not there, and can be made later', async () => {
  const small = disk()
  const client = await connect(await small.start())
  const filler = client.db().collection<Filler>('filler')
  // More than there is room for, in one command.
  const many = Array.from({ length: 4000 }, (_, _id) => ({ _id, text: 'x'.repeat(1200) }))
  // They wait together, and share a commit.
  const outcomes = await Promise.allSettled([
    filler.insertOne({ _id: -1, text: '' }),
    filler.insertMany(many),
    client.db().collection('later').createIndex({ a: 1 }, { unique: true }),
    client.db().collection('later').insertOne({ a: 1 }),
  ])
  expect(small.codes).toContain(codeOf(outcomes[1].status === 'rejected' && outcomes[1].reason))
  const names = (await client.db().listCollections().toArray()).map(({ name }) => name)
  expect(names.includes('later')).toBe(outcomes.slice(2).some(({ status }) => status === 'fulfilled'))

  small.makeRoom()
  const later = client.db().collection('later')
  await later.createIndex({ a: 1 }, { unique: true })
  await later.deleteMany({})
  await later.insertOne({ a: 1 })
  await expect(later.insertOne({ a: 1 })).rejects.toMatchObject({ code: 11000 })
  await filler.insertMany(many)
  expect(await filler.countDocuments({ _id: { $gte: 0 } })).toBe(4000)
})

test('a start that finds no room says so', async () => {
  await expect(disk(0).start()).rejects.toThrow(/data cannot be served: its disk is full/)
})
