import { BSONRegExp, ObjectId } from 'bson'
import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'

// https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/dollar-prefix/

const db = useDatabase('dollar')

/** A collection that holds these documents, numbered from 1. */
async function holding(...documents: object[]) {
  const collection = db().collection(`d${new ObjectId().toHexString()}`)
  if (documents.length > 0)
    await collection.insertMany(documents.map((document, i) => ({ _id: (i + 1) as never, ...document })))
  return collection
}

type Collection = Awaited<ReturnType<typeof holding>>

/** The first error of one update statement, sent as it stands: the driver has rules of its own. */
async function update(collection: Collection, u: object, { q = {}, upsert = false } = {}): Promise<number> {
  const { writeErrors } = await db().db.command({
    update: collection.collectionName,
    updates: [{ q, u, upsert }],
  })
  return writeErrors?.[0].code ?? 0
}

/** The one document without its _id. The driver reads a DBRef into an object of its own; JSON undoes that. */
async function only(collection: Collection): Promise<unknown> {
  const [found] = await collection.find({}, { projection: { _id: 0 } }).toArray()
  return JSON.parse(JSON.stringify(found))
}

test.each<[string, object]>([
  ['at the top', { $price: 1, b: 2 }],
  ['below', { a: { $b: { $c: [{ $d: 1 }] } } }],
  ['that are operators elsewhere', { $inc: 1, a: { $set: { $in: [] } } }],
  ['of a DBRef, in part and in any order', { $id: 1, a: { $db: 'x', $ref: 2 } }],
])('an insert takes names with a dollar %s', async (_, document) => {
  expect(await only(await holding(document))).toEqual(document)
})

test.each<[string, unknown, number]>([
  ['with a dollar name', { $b: 1 }, 52],
  ['with a dollar name behind another', { a: 1, $b: 1 }, 52],
  ['with a dollar name further down', { a: { $b: 1 } }, 52],
  ['with half a DBRef', { $ref: 'c' }, 52],
  ['of a regular expression', new BSONRegExp('a'), 53],
  ['of an array', [1], 53],
])('an _id %s is refused', async (_, _id, code) => {
  const collection = await holding()
  await expect(
    db().db.command({ insert: collection.collectionName, documents: [{ _id }] }),
  ).resolves.toMatchObject({ writeErrors: [{ code }] })
  expect(await update(collection, { $setOnInsert: { _id } }, { upsert: true })).toBe(code)
  expect(await collection.countDocuments()).toBe(0)
})

test('an _id may be a DBRef', async () => {
  const _id = { $ref: 'c', $id: 1, $db: 'd' }
  const collection = await holding()
  await collection.insertOne({ _id: _id as never })
  expect(await collection.countDocuments({ _id: _id as never, '_id.$id': 1 })).toBe(1)
})

test.each<[string, object, number]>([
  ['a name at the top', { a: 1, $b: 1 }, 52],
  ['a name that comes first, which makes it an operator', { $b: 1 }, 9],
  ['$id without $ref', { a: 1, $id: 1 }, 55],
  ['$ref without $id', { a: 1, $ref: 'c' }, 55],
  ['$db without $id', { a: 1, $ref: 'c', $db: 'd' }, 55],
  ['a $ref that is no string', { a: 1, $ref: 1, $id: 1 }, 55],
  ['a $db that is no string', { a: 1, $ref: 'c', $id: 1, $db: 1 }, 55],
])('a replacement with %s is refused', async (_, replacement, code) => {
  const collection = await holding({ a: 0 })
  expect(await update(collection, replacement)).toBe(code)
  expect(await only(collection)).toEqual({ a: 0 })
})

test.each<[string, object]>([
  ['names below the top', { a: { $b: 1, $id: 2 } }],
  ['a whole DBRef at the top', { a: 1, $ref: 'c', $id: 1, $db: 'd' }],
])('a replacement takes %s', async (_, replacement) => {
  const collection = await holding({ a: 0 })
  expect(await update(collection, replacement)).toBe(0)
  expect(await only(collection)).toEqual(replacement)
})

test('an upsert that inserts takes what an insert takes, and is refused where it would update', async () => {
  for (const [u, expected] of [
    [{ $set: { phone: 1, $hotel: 2 } }, { phone: 1, $hotel: 2 }],
    [
      { phone: 1, $hotel: 2 },
      { phone: 1, $hotel: 2 },
    ],
    [{ $push: { $id: 1 } }, { $id: [1] }],
  ] as const) {
    const collection = await holding()
    expect(await update(collection, u, { upsert: true })).toBe(0)
    expect(await only(collection)).toEqual(expected)
    const other = await holding({ a: 1 })
    expect(await update(other, u, { upsert: true })).toBe('$push' in u ? 55 : 52)
    expect(await only(other)).toEqual({ a: 1 })
  }
})

test.each<[string, object, object, object]>([
  [
    'sets a new name below the top',
    { a: 1 },
    { $set: { 'b.$c': 1, d: { $e: 1 } } },
    { a: 1, b: { $c: 1 }, d: { $e: 1 } },
  ],
  [
    'changes a name below the top',
    { a: { $b: 1, $l: [1] } },
    { $inc: { 'a.$b': 2 }, $push: { 'a.$l': 2 } },
    { a: { $b: 3, $l: [1, 2] } },
  ],
  ['takes away a name below the top', { a: { $b: 1, c: 1 } }, { $unset: { 'a.$b': '' } }, { a: { c: 1 } }],
  ['renames below the top', { a: { $b: 1 } }, { $rename: { 'a.$b': 'a.$c' } }, { a: { $c: 1 } }],
  [
    'reaches into elements',
    { a: [{ $id: 1 }, { $id: 2 }] },
    { $set: { 'a.0.$id': 5, 'a.$[].$x': 1 } },
    {
      a: [
        { $id: 5, $x: 1 },
        { $id: 2, $x: 1 },
      ],
    },
  ],
  [
    'reaches below a name at the top',
    { $a: { b: 1 } },
    { $set: { '$a.b': 2, '$a.c': 3 } },
    { $a: { b: 2, c: 3 } },
  ],
  ['takes away a name at the top', { $a: 1, $b: 2 }, { $unset: { $a: '' } }, { $b: 2 }],
  ['renames a name at the top to a plain one', { $a: 1 }, { $rename: { $a: 'b' } }, { b: 1 }],
  ['sets a name at the top to what it is', { $a: 1, b: 1 }, { $set: { $a: 1, b: 2 } }, { $a: 1, b: 2 }],
  ['changes a whole DBRef', { $ref: 'c', $id: 1 }, { $set: { $ref: 'd', $id: 2 } }, { $ref: 'd', $id: 2 }],
])('an update by operator %s', async (_, document, u, expected) => {
  const collection = await holding(document)
  expect(await update(collection, u)).toBe(0)
  expect(await only(collection)).toEqual(expected)
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
  ['a positional operator in the first place', { a: [1] }, { $set: { '$.b': 1 } }, 2],
  ['a filtered positional operator in the first place', { a: [1] }, { $set: { '$[].b': 1 } }, 2],
])('%s at the top is refused and changes nothing', async (_, document, u, code) => {
  const collection = await holding(document)
  expect(await update(collection, u)).toBe(code)
  expect(await only(collection)).toEqual(document)
})

test('a pipeline stores any name', async () => {
  const collection = await holding({ a: 1 })
  expect(await update(collection, [{ $replaceWith: { $literal: { $a: 1, b: { $id: 2 } } } }])).toBe(0)
  expect(await only(collection)).toEqual({ $a: 1, b: { $id: 2 } })
  const field = { $literal: '$a' }
  const value = { $add: [{ $getField: field }, 1] }
  expect(await update(collection, [{ $replaceWith: { $setField: { field, input: '$$ROOT', value } } }])).toBe(
    0,
  )
  expect(await only(collection)).toEqual({ $a: 2, b: { $id: 2 } })
  expect(await update(collection, [{ $replaceWith: { $unsetField: { field, input: '$$ROOT' } } }])).toBe(0)
  expect(await only(collection)).toEqual({ b: { $id: 2 } })
})

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

const dbRef = { $ref: 'c', $id: 7 }

test.each<[string, object, number[]]>([
  ['a path to a name', { 'a.$b': 1 }, [1]],
  ['a path into a DBRef', { 'r.$id': 7 }, [2]],
  ['a DBRef as a value', { r: dbRef }, [2]],
  ['a DBRef in a list', { r: { $in: [dbRef] } }, [2]],
  ['a DBRef beside $not', { r: { $not: { $eq: dbRef } } }, [1, 3, 4]],
  ["a DBRef's part of an element", { l: { $elemMatch: { $id: 7 } } }, [3]],
  ['a DBRef of an element', { l: { $elemMatch: dbRef } }, [3]],
  ["a DBRef's part at the top", { $id: 7 }, [4]],
  ['any name by $getField', { $expr: { $eq: [{ $getField: { $literal: '$x' } }, 1] } }, [4]],
])('a filter finds by %s', async (_, filter, expected) => {
  const collection = await holding(
    { a: { $b: 1 } },
    { r: dbRef },
    { l: [{ x: 1 }, dbRef] },
    { ...dbRef, $x: 1 },
  )
  const found = await collection.find(filter, { sort: { _id: 1 } }).toArray()
  expect(found.map(({ _id }) => Number(_id))).toEqual(expected)
})

test.each<[string, object]>([
  ['any other name at the top', { $x: 1 }],
  ['half a DBRef as a value', { r: { $id: 7 } }],
  ['another half', { r: { $ref: 'c' } }],
])('a filter with %s is refused', async (_, filter) => {
  const collection = await holding({ a: 1 })
  await expect(collection.find(filter).toArray()).rejects.toMatchObject({ code: 2 })
})

test('$pull takes the parts of a DBRef for fields', async () => {
  const collection = await holding({ l: [dbRef, { $ref: 'c', $id: 8 }, { x: 1 }] })
  expect(await update(collection, { $pull: { l: { $id: 7 } } })).toBe(0)
  expect(await update(collection, { $pull: { l: { $ref: 'c', $id: 8 } } })).toBe(0)
  expect(await only(collection)).toEqual({ l: [{ x: 1 }] })
})

test('an expression, a projection, a sort and an index take the names of a DBRef and no others', async () => {
  const collection = await holding({ r: dbRef }, { r: { $ref: 'c', $id: 6 } })
  expect(
    await collection.find({}, { projection: { _id: 0, 'r.$id': 1 }, sort: { 'r.$id': 1 } }).toArray(),
  ).toEqual([{ r: { $id: 6 } }, { r: { $id: 7 } }])
  const pipeline = [{ $sort: { 'r.$id': 1 } }, { $group: { _id: null, ids: { $push: '$r.$id' } } }]
  expect(await collection.aggregate(pipeline).toArray()).toEqual([{ _id: null, ids: [6, 7] }])
  expect(await collection.createIndex({ 'r.$id': 1 })).toBe('r.$id_1')
  expect(await collection.find({ 'r.$id': 6 }).hint('r.$id_1').toArray()).toHaveLength(1)

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
    [{ $lookup: { from: 'c', localField: 'r.$x', foreignField: 'a', as: 'x' } }, 16410],
    [{ $lookup: { from: 'c', localField: 'r.$id', foreignField: 'a', as: '$x' } }, 16410],
    [{ $group: { _id: null, $x: { $sum: 1 } } }, 40236],
    [{ $group: { _id: null, 'a.b': { $sum: 1 } } }, 40235],
  ] as const)
    await expect(collection.aggregate([stage]).toArray(), JSON.stringify(stage)).rejects.toMatchObject({
      code,
    })
})
