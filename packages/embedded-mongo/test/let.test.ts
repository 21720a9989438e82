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

test('explain evaluates them', async () => {
  const collection = await three()
  for (const command of [
    { find: collection.collectionName, filter: isSum, let: LET },
    { update: collection.collectionName, updates: [{ q: isSum, u: { $set: { t: 1 } } }], let: LET },
    { delete: collection.collectionName, deletes: [{ q: isSum, limit: 0 }], let: LET },
  ])
    expect(await db().db.command({ explain: command, verbosity: 'queryPlanner' })).toMatchObject({ ok: 1 })
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

test('the constants of an update statement are values as they stand', async () => {
  const collection = await three()
  const update = (u: unknown) =>
    db().db.command({ update: collection.collectionName, updates: [{ q: { n: 1 }, u, c: { k: '$s' } }] })
  expect(await update([{ $set: { s: '$$k' } }])).toMatchObject({ nModified: 1 })
  expect(await collection.findOne({ n: 1 })).toMatchObject({ s: '$s' })
  expect((await update({ $set: { s: 1 } })).writeErrors).toMatchObject([{ code: 51198 }])
})

test.each<[string, unknown, number]>([
  ['a field', { x: '$n' }, 4890500],
  ['the document', { x: '$$ROOT' }, 4890500],
  ['a field inside an expression', { x: { $cond: [true, 1, { $getField: 'n' }] } }, 4890500],
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

test('a variable that is not defined is refused even where no document matches', async () => {
  const collection = db().collection('nothing')
  await collection.insertOne({ n: 1 })
  const undefinedVariable = { code: 17276 }
  const $expr = { $eq: ['$n', '$$nope'] }
  await expect(collection.find({ n: 9, $expr }).toArray()).rejects.toMatchObject(undefinedVariable)
  await expect(collection.updateOne({ n: 9 }, [{ $set: { a: '$$nope' } }])).rejects.toMatchObject(
    undefinedVariable,
  )
  await expect(
    collection.aggregate([{ $match: { n: 9 } }, { $group: { _id: '$$nope' } }]).toArray(),
  ).rejects.toMatchObject(undefinedVariable)
  // A variable ends with the expression that binds it.
  const inner = { $map: { input: [1], as: 'v', in: '$$v' } }
  await expect(
    collection.aggregate([{ $match: { n: 9 } }, { $project: { a: inner, b: '$$v' } }]).toArray(),
  ).rejects.toMatchObject(undefinedVariable)
})
