import { ObjectId } from 'bson'
import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'

const db = useDatabase('let')

const LET = { dollar: { $literal: '$bar' }, sum: { $add: [1, 2] } }

/** A collection of three documents, numbered from 1. */
async function three() {
  const collection = db().collection(`l${new ObjectId().toHexString()}`)
  await collection.insertMany([1, 2, 3].map((n) => ({ _id: n as never, n, s: n === 2 ? '$bar' : 'x' })))
  return collection
}

const isSum = { $expr: { $eq: ['$n', '$$sum'] } }
const isDollar = { $expr: { $eq: ['$s', '$$dollar'] } }

test('aggregate evaluates the expressions in let', async () => {
  const found = await (await three())
    .aggregate([{ $match: isSum }, { $project: { _id: 0, dollar: '$$dollar', sum: '$$sum' } }], { let: LET })
    .toArray()
  expect(found).toEqual([{ dollar: '$bar', sum: 3 }])
})

test('find evaluates them in its filter and in its projection', async () => {
  const collection = await three()
  expect(
    await collection.find(isDollar, { let: LET, projection: { _id: 1, sum: '$$sum' } }).toArray(),
  ).toEqual([{ _id: 2, sum: 3 }])
})

test('update evaluates them in its filter and in its pipeline', async () => {
  const collection = await three()
  await collection.updateOne(isDollar, [{ $set: { s: '$$sum', t: '$$dollar' } }], { let: LET })
  expect(await collection.findOne({ n: 2 })).toEqual({ _id: 2, n: 2, s: 3, t: '$bar' })
})

test('findAndModify evaluates them, whether it updates or removes', async () => {
  const collection = await three()
  expect(
    await collection.findOneAndUpdate(isSum, [{ $set: { t: '$$dollar' } }], {
      let: LET,
      returnDocument: 'after',
    }),
  ).toMatchObject({ _id: 3, t: '$bar' })
  expect(await collection.findOneAndDelete(isDollar, { let: LET })).toMatchObject({ _id: 2 })
})

test('delete evaluates them', async () => {
  const collection = await three()
  expect(await collection.deleteMany(isSum, { let: LET })).toMatchObject({ deletedCount: 1 })
  expect(await collection.countDocuments()).toBe(2)
})

test('$lookup sees the variables of the command beside its own', async () => {
  const collection = await three()
  const found = await collection
    .aggregate(
      [
        { $match: { n: 1 } },
        {
          $lookup: {
            from: collection.collectionName,
            let: { twice: { $multiply: ['$n', 2] } },
            pipeline: [
              { $match: { $expr: { $in: ['$n', ['$$twice', '$$sum']] } } },
              { $sort: { n: 1 } },
              { $project: { _id: 1, dollar: '$$dollar' } },
            ],
            as: 'found',
          },
        },
      ],
      { let: LET },
    )
    .toArray()
  expect(found[0]?.found).toEqual([
    { _id: 2, dollar: '$bar' },
    { _id: 3, dollar: '$bar' },
  ])
})

test('a variable may use those before it', async () => {
  const found = await (await three())
    .find({ n: 1 }, { let: { a: 2, b: { $add: ['$$a', 3] } }, projection: { _id: 0, b: '$$b' } })
    .toArray()
  expect(found).toEqual([{ b: 5 }])
})

test('an expression in let is evaluated once', async () => {
  const found = await (await three())
    .aggregate([{ $match: { $expr: { $gte: ['$$r', 0] } } }, { $project: { _id: 0, r: '$$r' } }], {
      let: { r: { $rand: {} } },
    })
    .toArray()
  expect(new Set(found.map(({ r }) => r)).size).toBe(1)
})

test.each<[string, unknown, number]>([
  ['a variable that is not there', { x: '$$y' }, 17276],
  ['a name that begins with a capital', { X: 1 }, 9],
  ['a name with a hyphen', { 'a-b': 1 }, 9],
  ['anything but a document', 1, 14],
])('let with %s is refused', async (_, source, code) => {
  const { collectionName } = await three()
  const commands = [
    { aggregate: collectionName, pipeline: [], cursor: {}, let: source },
    { find: collectionName, let: source },
    { delete: collectionName, deletes: [{ q: {}, limit: 0 }], let: source },
    { update: collectionName, updates: [{ q: {}, u: { $set: { z: 1 } } }], let: source },
    { findAndModify: collectionName, query: {}, update: { $set: { z: 1 } }, let: source },
  ]
  for (const command of commands) await expect(db().db.command(command)).rejects.toMatchObject({ code })
  expect(
    await db()
      .collection(collectionName)
      .countDocuments({ z: { $exists: false } }),
  ).toBe(3)
})
