import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'
import { documentsOf } from './support/documents.ts'

// https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/dollar-prefix/

const db = useDatabase('dollar')
const { holding, update, only } = documentsOf(() => db().db)

test.each<[string, object]>([
  ['at the top', { $price: 1, b: 2 }],
  ['below', { a: { $b: { $c: [{ $d: 1 }] } } }],
  ['that are operators elsewhere', { $inc: 1, a: { $set: { $in: [] } } }],
  ['of a DBRef, in part and in any order', { $id: 1, a: { $db: 'x', $ref: 2 } }],
])('an insert takes names with a dollar %s', async (_, document) => {
  expect(await only(await holding(document))).toEqual(document)
})

test.each<[string, unknown]>([
  ['at its beginning', { $b: 1 }],
  ['behind another', { a: 1, $b: 1 }],
  ['that is half a DBRef', { $ref: 'c' }],
])('an _id with a dollar name %s is refused', async (_, _id) => {
  const collection = await holding()
  await expect(
    db().db.command({ insert: collection.collectionName, documents: [{ _id }] }),
  ).resolves.toMatchObject({ writeErrors: [{ code: 52 }] })
  expect(await update(collection, { $setOnInsert: { _id } }, { upsert: true })).toBe(52)
  expect(await collection.countDocuments()).toBe(0)
})

test('a replacement takes names below the top', async () => {
  const collection = await holding({ a: 0 })
  expect(await update(collection, { a: { $b: 1, $id: 2 } })).toBe(0)
  expect(await only(collection)).toEqual({ a: { $b: 1, $id: 2 } })
})

test.each<[string, object, number]>([
  ['at the top', { a: 1, $b: 1 }, 52],
  ['that comes first, which makes it an operator', { $b: 1 }, 9],
])('a replacement with a name %s is refused', async (_, replacement, code) => {
  const collection = await holding({ a: 0 })
  expect(await update(collection, replacement)).toBe(code)
  expect(await only(collection)).toEqual({ a: 0 })
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
  ['reaches into an element', { a: [{ $id: 1 }] }, { $set: { 'a.0.$id': 5 } }, { a: [{ $id: 5 }] }],
  [
    'reaches into every element',
    { a: [{ $id: 1 }, {}] },
    { $set: { 'a.$[].$x': 1 } },
    { a: [{ $id: 1, $x: 1 }, { $x: 1 }] },
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

test.each<[string, object]>([
  ['a positional operator', { $set: { '$.b': 1 } }],
  ['a filtered positional operator', { $set: { '$[].b': 1 } }],
])('%s in the first place is refused', async (_, u) => {
  const collection = await holding({ a: [1] })
  expect(await update(collection, u)).toBe(2)
  expect(await only(collection)).toEqual({ a: [1] })
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

const dbRef = { $ref: 'c', $id: 7 }

test.each<[string, object, number[]]>([
  ['a path to a name', { 'a.$b': 1 }, [1]],
  ['a path into a DBRef', { 'r.$id': 7 }, [2]],
  ['a DBRef as a value', { r: dbRef }, [2]],
  ['a DBRef in a list', { r: { $in: [dbRef] } }, [2]],
  ['a DBRef beside $not', { r: { $not: { $eq: dbRef } } }, [1, 3, 4]],
  ['a DBRef of an element', { l: { $elemMatch: dbRef } }, [3]],
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

test('an expression, a projection, a sort and an index take the names of a DBRef', async () => {
  const collection = await holding({ r: dbRef }, { r: { $ref: 'c', $id: 6 } })
  expect(
    await collection.find({}, { projection: { _id: 0, 'r.$id': 1 }, sort: { 'r.$id': 1 } }).toArray(),
  ).toEqual([{ r: { $id: 6 } }, { r: { $id: 7 } }])
  const pipeline = [{ $sort: { 'r.$id': 1 } }, { $group: { _id: null, ids: { $push: '$r.$id' } } }]
  expect(await collection.aggregate(pipeline).toArray()).toEqual([{ _id: null, ids: [6, 7] }])
  expect(await collection.createIndex({ 'r.$id': 1 })).toBe('r.$id_1')
  expect(await collection.find({ 'r.$id': 6 }).hint('r.$id_1').toArray()).toHaveLength(1)
})
