import { ObjectId } from 'bson'
import { expect, test } from 'vitest'
import { useEmbedded } from './support/embedded.ts'

// How this engine plans and indexes. Other servers do it in other ways, or say it in other words.

const server = useEmbedded()
const fresh = () => server().collection(`i${new ObjectId().toHexString()}`)

test('a unique index on an array holds for each element across documents', async () => {
  const collection = fresh()
  await collection.createIndex({ 'a.k': 1 }, { unique: true })
  await collection.insertOne({ a: [{ k: 1 }, { k: 1 }, { k: 2 }] })
  await expect(collection.insertOne({ a: [{ k: 2 }] })).rejects.toMatchObject({ code: 11000 })
})

test('two arrays cannot be indexed together', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1, b: 1 })
  await expect(collection.insertOne({ a: [1], b: [2] })).rejects.toMatchObject({ code: 171 })
})

test('a case-insensitive unique index refuses another spelling', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1 }, { unique: true, collation: { locale: 'en', strength: 2 } })
  await collection.insertOne({ a: 'Ann' })
  await expect(collection.insertOne({ a: 'ANN' })).rejects.toMatchObject({ code: 11000 })
})

test.each<[string, object[], number]>([
  ['an unknown expression', [{ $project: { a: { $frobnicate: 1 } } }], 31325],
  ['an unknown expression in $set', [{ $set: { a: { $frobnicate: 1 } } }], 168],
  ['a stage with two names', [{ $match: {}, $limit: 1 }], 40323],
  ['a change stream', [{ $changeStream: {} }], 40573],
])('%s is refused', async (_, pipeline, code) => {
  await expect(fresh().aggregate(pipeline).toArray()).rejects.toMatchObject({ code })
})

/** The stages of the winning plan from the outside in, and how many documents were read. */
async function plan(
  collection: ReturnType<typeof fresh>,
  filter: object,
  options: { sort?: object; hint?: string; collation?: { locale: string; strength?: number } } = {},
): Promise<{ stages: string[]; index: string | undefined; examined: number }> {
  const explained = await collection.find(filter, options as never).explain('executionStats')
  const stages: string[] = []
  let stage = explained.queryPlanner.winningPlan
  let index: string | undefined
  for (; stage; stage = stage.inputStage) {
    stages.push(stage.stage)
    index ??= stage.indexName
  }
  return { stages, index, examined: explained.executionStats.totalDocsExamined }
}

async function thousand() {
  const collection = fresh()
  await collection.insertMany(
    Array.from({ length: 1000 }, (_, n) => ({
      n,
      mod: n % 10,
      s: `s${n}`,
      list: [{ k: n, v: 1 }],
      tags: [n, -n],
    })),
  )
  return collection
}

test('a document is found by its identity without a scan', async () => {
  const collection = await thousand()
  const { _id } = (await collection.findOne({ n: 500 })) ?? {}
  expect(await plan(collection, { _id })).toEqual({ stages: ['FETCH', 'IXSCAN'], index: '_id_', examined: 1 })
  expect(await plan(collection, { n: 5 })).toMatchObject({ stages: ['COLLSCAN'], examined: 1000 })
})

test('an index serves equality, lists, ranges, prefixes and elements', async () => {
  const collection = await thousand()
  await collection.createIndexes([
    { key: { n: 1 } },
    { key: { s: 1 } },
    { key: { 'list.k': 1 } },
    { key: { tags: 1 } },
  ])
  expect(await plan(collection, { n: 5 })).toMatchObject({ index: 'n_1', examined: 1 })
  expect(await plan(collection, { n: { $in: [5, 6, 7] } })).toMatchObject({ index: 'n_1', examined: 3 })
  expect(await plan(collection, { n: { $gte: 990 } })).toMatchObject({ index: 'n_1', examined: 10 })
  expect(await plan(collection, { n: { $gt: 10, $lt: 15 } })).toMatchObject({ index: 'n_1', examined: 6 })
  expect(await plan(collection, { s: /^s99/ })).toMatchObject({ index: 's_1', examined: 11 })
  expect(await plan(collection, { list: { $elemMatch: { k: 7, v: 1 } } })).toMatchObject({
    index: 'list.k_1',
    examined: 1,
  })
  expect(await plan(collection, { tags: -7 })).toMatchObject({ index: 'tags_1', examined: 1 })
  expect(await plan(collection, { $or: [{ n: 1 }, { s: 's2' }] })).toMatchObject({
    stages: ['FETCH', 'OR'],
    examined: 2,
  })
})

test('an index serves a sort in either direction', async () => {
  const collection = await thousand()
  await collection.createIndex({ mod: 1, n: -1 })
  expect(await plan(collection, { mod: 3 }, { sort: { n: -1 } })).toMatchObject({
    stages: ['FETCH', 'IXSCAN'],
    examined: 100,
  })
  expect(await plan(collection, { mod: 3 }, { sort: { n: 1 } })).toMatchObject({
    stages: ['FETCH', 'IXSCAN'],
  })
  expect(await plan(collection, {}, { sort: { mod: 1, n: -1 } })).toMatchObject({
    stages: ['FETCH', 'IXSCAN'],
  })
  expect(await plan(collection, {}, { sort: { mod: 1, n: 1 } })).toMatchObject({
    stages: ['SORT', 'COLLSCAN'],
  })
  const found = await collection.find({ mod: 3 }, { sort: { n: 1 }, limit: 3 }).toArray()
  expect(found.map(({ n }) => n)).toEqual([3, 13, 23])
})

test('an index that leaves documents out is used only where it holds every match', async () => {
  const collection = await thousand()
  await collection.createIndex({ maybe: 1 }, { sparse: true })
  await collection.createIndex({ n: 1 }, { partialFilterExpression: { mod: 3 } })
  expect(await plan(collection, { maybe: null })).toMatchObject({ stages: ['COLLSCAN'] })
  expect(await plan(collection, { maybe: 1 })).toMatchObject({ index: 'maybe_1' })
  expect(await plan(collection, { n: 13 })).toMatchObject({ stages: ['COLLSCAN'] })
  expect(await plan(collection, { n: 13, mod: 3 })).toMatchObject({ index: 'n_1', examined: 1 })
})

test('a hint to an index that is not there is refused', async () => {
  await expect(plan(await thousand(), {}, { hint: 'nope' })).rejects.toMatchObject({ code: 2 })
})

test.each<[string, object]>([
  ['find', {}],
  ['find', { batchSize: 0 }],
  ['aggregate', { pipeline: [], cursor: {} }],
  ['aggregate', { pipeline: [], cursor: { batchSize: 0 } }],
  ['count', {}],
  ['count', { query: { mod: 3 } }],
  ['distinct', { key: 'n' }],
  ['findAndModify', { query: { n: 1 }, update: { $set: { n: -1 } } }],
  ['findAndModify', { query: { n: 1 }, remove: true }],
])('so it is by %s with %o', async (name, options) => {
  const { collectionName } = await thousand()
  const command = (hint: string | object) =>
    server()
      .client.db()
      .command({ [name]: collectionName, ...options, hint })
  for (const hint of ['nope', { n: -1 }])
    await expect(command(hint)).rejects.toMatchObject({ code: 2, codeName: 'BadValue' })
  await expect(command('_id_')).resolves.toMatchObject({ ok: 1 })
})

test('so it is by an update and a delete, which then change nothing', async () => {
  const collection = await thousand()
  const hint = { nope: 1 }
  const refused = { code: 2 }
  await expect(collection.updateMany({}, { $set: { n: -1 } }, { hint })).rejects.toMatchObject(refused)
  await expect(collection.deleteMany({}, { hint })).rejects.toMatchObject(refused)
  expect(await collection.countDocuments({ n: { $gte: 0 } })).toBe(1000)
  expect(await collection.deleteMany({ mod: 3 }, { hint: '_id_' })).toMatchObject({ deletedCount: 100 })
})

test('an index with a collation serves filters with that collation', async () => {
  const collection = await thousand()
  const collation = { locale: 'en', strength: 2 }
  await collection.createIndex({ s: 1 }, { collation })
  expect(await plan(collection, { s: 'S77' }, { collation })).toMatchObject({ index: 's_1', examined: 1 })
  expect(await plan(collection, { s: 's77' })).toMatchObject({ stages: ['COLLSCAN'] })
})

test('expired documents go away by themselves', async () => {
  const collection = fresh()
  await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 })
  await collection.insertMany([
    { at: new Date(Date.now() - 61_000) },
    { at: new Date() },
    { at: 'never' },
    {},
  ])
  await expect.poll(() => collection.countDocuments(), { timeout: 60_000, interval: 50 }).toBe(3)
})

test('the largest numbers and text that ends with a prefix are inside the bounds of an index', async () => {
  const collection = fresh()
  await collection.insertMany([
    { v: Number.POSITIVE_INFINITY },
    { v: Number.MAX_VALUE },
    { v: 'abc' },
    { v: 'abcd' },
  ])
  for (const direction of [1, -1] as const) {
    await collection.createIndex({ v: direction })
    expect(
      await collection
        .find({ v: { $gt: 0 } })
        .hint(`v_${direction}`)
        .toArray(),
    ).toHaveLength(2)
    expect(await collection.find({ v: /^abc/ }).hint(`v_${direction}`).toArray()).toHaveLength(2)
  }
})
