import { BSONRegExp } from 'bson'
import { expect, test } from 'vitest'
import { documentsOf } from './support/documents.ts'
import { useEmbedded } from './support/embedded.ts'

// Rules of MongoDB that other servers with its protocol leave out, or keep with other codes.

const server = useEmbedded()
const db = () => server().client.db()
const { holding, update, only } = documentsOf(db)

// Variables

test('explain evaluates the expressions in let', async () => {
  const { collectionName } = await holding({ n: 1 }, { n: 3 })
  const filter = { $expr: { $eq: ['$n', '$$sum'] } }
  const let_ = { sum: { $add: [1, 2] } }
  for (const command of [
    { find: collectionName, filter, let: let_ },
    { update: collectionName, updates: [{ q: filter, u: { $set: { t: 1 } } }], let: let_ },
    { delete: collectionName, deletes: [{ q: filter, limit: 0 }], let: let_ },
  ])
    expect(await db().command({ explain: command })).toMatchObject({ executionStats: { nReturned: 1 } })
})

test('the constants of an update statement are values as they stand', async () => {
  const collection = await holding({ n: 1 })
  const run = (u: unknown) =>
    db().command({ update: collection.collectionName, updates: [{ q: {}, u, c: { k: '$n' } }] })
  expect(await run([{ $set: { n: '$$k' } }])).toMatchObject({ nModified: 1 })
  expect(await only(collection)).toEqual({ n: '$n' })
  expect((await run({ $set: { n: 1 } })).writeErrors).toMatchObject([{ code: 51198 }])
})

test.each<[string, object]>([
  ['a field', { x: '$n' }],
  ['the document', { x: '$$ROOT' }],
  ['a field inside an expression', { x: { $cond: [true, 1, { $getField: 'n' }] } }],
])('let with %s is refused', async (_, source) => {
  const collection = await holding({ n: 1 })
  await expect(collection.find({}, { let: source }).toArray()).rejects.toMatchObject({ code: 4890500 })
  await expect(collection.updateOne({}, { $set: { z: 1 } }, { let: source })).rejects.toMatchObject({
    code: 4890500,
  })
  expect(await only(collection)).toEqual({ n: 1 })
})

test('a variable that is not defined is refused even where no document matches', async () => {
  const collection = await holding({ n: 1 })
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

test('a $lookup needs a collection unless its pipeline begins with $documents', async () => {
  const collection = await holding({ n: 1 })
  await expect(
    collection.aggregate([{ $lookup: { pipeline: [{ $match: {} }], as: 'x' } }]).toArray(),
  ).rejects.toMatchObject({ code: 9 })
})

// Filters

test.each<[string, unknown, number]>([
  ['zero', 0, 2],
  ['255, which is -1 in a document', 255, 2],
  ['a document', {}, 14],
])('$type of %s is refused', async (_, type, code) => {
  const collection = await holding()
  await expect(collection.find({ a: { $type: type as never } }).toArray()).rejects.toMatchObject({ code })
})

test.each<[string, object]>([
  ['patterns in a list', { a: { $in: [/x/] }, b: { $all: [/x/] } }],
  ['$elemMatch', { a: { $all: [{ $elemMatch: { x: 1 } }] } }],
])('an upsert takes nothing from its filter for %s', async (_, q) => {
  const collection = await holding()
  expect(await update(collection, { $set: { z: 1 } }, { q, upsert: true })).toBe(0)
  expect(await only(collection)).toEqual({ z: 1 })
})

const dbRef = { $ref: 'c', $id: 7 }

test("a filter finds by a DBRef's part at the top and in an element", async () => {
  const collection = await holding({ l: [{ x: 1 }, dbRef] }, { ...dbRef, x: 2 })
  const idsOf = async (filter: object) =>
    (await collection.find(filter, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id)
  expect(await idsOf({ l: { $elemMatch: { $id: 7 } } })).toEqual([1])
  expect(await idsOf({ $id: 7 })).toEqual([2])
})

// Updates

test('all elements and one of them cannot be changed at once', async () => {
  const collection = await holding({ a: [{}] })
  expect(await update(collection, { $set: { 'a.0.x': 1, 'a.$[].y': 1 } })).toBe(40)
  expect(await only(collection)).toEqual({ a: [{}] })
})

test('$pull takes the parts of a DBRef for fields', async () => {
  const collection = await holding({ l: [dbRef, { $ref: 'c', $id: 8 }, { x: 1 }] })
  expect(await update(collection, { $pull: { l: { $id: 7 } } })).toBe(0)
  expect(await update(collection, { $pull: { l: { $ref: 'c', $id: 8 } } })).toBe(0)
  expect(await only(collection)).toEqual({ l: [{ x: 1 }] })
})

test.each<[string, unknown, number]>([
  ['with a dollar name further down', { a: { $b: 1 } }, 52],
  ['of a regular expression', new BSONRegExp('a'), 53],
  ['of an array', [1], 53],
])('an _id %s is refused', async (_, _id, code) => {
  const collection = await holding()
  await expect(
    db().command({ insert: collection.collectionName, documents: [{ _id }] }),
  ).resolves.toMatchObject({ writeErrors: [{ code }] })
  expect(await update(collection, { $setOnInsert: { _id } }, { upsert: true })).toBe(code)
  expect(await collection.countDocuments()).toBe(0)
})

test('an _id may be a DBRef', async () => {
  const _id = { ...dbRef, $db: 'd' }
  const collection = await holding()
  await collection.insertOne({ _id: _id as never })
  expect(await collection.countDocuments({ _id: _id as never, '_id.$id': 7 })).toBe(1)
})

test('a replacement takes a whole DBRef at the top', async () => {
  const collection = await holding({ a: 0 })
  const replacement = { a: 1, ...dbRef, $db: 'd' }
  expect(await update(collection, replacement)).toBe(0)
  expect(await only(collection)).toEqual(replacement)
})

test.each<[string, object]>([
  ['$id without $ref', { a: 1, $id: 1 }],
  ['$ref without $id', { a: 1, $ref: 'c' }],
  ['$db without $id', { a: 1, $ref: 'c', $db: 'd' }],
  ['a $ref that is no string', { a: 1, $ref: 1, $id: 1 }],
  ['a $db that is no string', { a: 1, $ref: 'c', $id: 1, $db: 1 }],
])('a replacement with %s is refused', async (_, replacement) => {
  const collection = await holding({ a: 0 })
  expect(await update(collection, replacement)).toBe(55)
  expect(await only(collection)).toEqual({ a: 0 })
})

test.each<[string, object, object, number]>([
  ['operators', { $set: { phone: 1, $hotel: 2 } }, { phone: 1, $hotel: 2 }, 52],
  ['a replacement', { phone: 1, $hotel: 2 }, { phone: 1, $hotel: 2 }, 52],
  ["a DBRef's part", { $push: { $id: 1 } }, { $id: [1] }, 55],
])('an upsert by %s with a dollar name inserts, and does not update', async (_, u, inserted, code) => {
  const empty = await holding()
  expect(await update(empty, u, { upsert: true })).toBe(0)
  expect(await only(empty)).toEqual(inserted)
  const full = await holding({ a: 1 })
  expect(await update(full, u, { upsert: true })).toBe(code)
  expect(await only(full)).toEqual({ a: 1 })
})

test.each<[string, object, object, number]>([
  ['$set of a new name', { a: 1 }, { $set: { $b: 1 } }, 52],
  ['$set of a name that is there', { $b: 1 }, { $set: { $b: 2 } }, 52],
  ['$inc', { $b: 1 }, { $inc: { $b: 2 } }, 52],
  ['$push', { $b: [1] }, { $push: { $b: 2 } }, 52],
  ['$addToSet without a field', { a: [1] }, { $addToSet: { $each: [2] } }, 52],
  ['$rename', { a: 1 }, { $rename: { a: '$b' } }, 52],
  ['a path that makes the name', { a: 1 }, { $set: { '$b.c': 1 } }, 52],
  ['$id without $ref', { a: 1 }, { $set: { $id: 1 } }, 55],
  ['a $ref that is no string', { $ref: 'c', $id: 1 }, { $set: { $ref: 1 } }, 55],
])('%s at the top is refused and changes nothing', async (_, document, u, code) => {
  const collection = await holding(document)
  expect(await update(collection, u)).toBe(code)
  expect(await only(collection)).toEqual(document)
})

// Paths and names in expressions

test('$getField, $setField and $unsetField want the name itself, not a path to it', async () => {
  const collection = await holding({ a: 'b', b: 1 })
  for (const [expression, code] of [
    [{ $getField: '$a' }, 5654600],
    [{ $getField: 5 }, 5654602],
    [{ $setField: { field: '$a', input: '$$ROOT', value: 1 } }, 4161108],
    [{ $setField: { field: 5, input: '$$ROOT', value: 1 } }, 4161107],
    [{ $unsetField: { field: '$a', input: '$$ROOT' } }, 4161108],
  ] as const)
    await expect(collection.aggregate([{ $replaceWith: { x: expression } }]).toArray()).rejects.toMatchObject(
      { code },
    )
})

test('a path takes no dollar name but those of a DBRef', async () => {
  const collection = await holding({ r: dbRef })
  await expect(collection.createIndex({ 'r.$x': 1 })).rejects.toMatchObject({ code: 67 })
  await expect(collection.find({}, { sort: { 'r.$x': 1 } }).toArray()).rejects.toMatchObject({ code: 16410 })
  await expect(collection.find({}, { projection: { 'r.$x': 1 } }).toArray()).rejects.toMatchObject({
    code: 16410,
  })
  for (const [stage, code] of [
    [{ $project: { x: '$r.$x' } }, 16410],
    [{ $project: { 'r.$x': 1 } }, 16410],
    [{ $set: { 'r.$x': 1 } }, 16410],
    [{ $set: { x: '$$ROOT.$x' } }, 16410],
    [{ $unset: 'r.$x' }, 16410],
    [{ $sort: { 'r.$x': 1 } }, 16410],
    [{ $unwind: '$r.$x' }, 16410],
    [{ $unwind: { path: '$r', includeArrayIndex: '$x' } }, 28822],
    [{ $lookup: { from: 'c', localField: 'r.$x', foreignField: 'a', as: 'x' } }, 16410],
    [{ $lookup: { from: 'c', localField: 'r.$id', foreignField: 'a', as: '$x' } }, 16410],
    [{ $group: { _id: null, $x: { $sum: 1 } } }, 40236],
    [{ $group: { _id: null, 'a.b': { $sum: 1 } } }, 40235],
  ] as const)
    await expect(collection.aggregate([stage]).toArray(), JSON.stringify(stage)).rejects.toMatchObject({
      code,
    })
})
