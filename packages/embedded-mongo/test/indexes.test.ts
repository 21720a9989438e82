import { ObjectId } from 'bson'
import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'

const db = useDatabase('indexes')
const fresh = () => db().collection(`i${new ObjectId().toHexString()}`)

test('a unique index counts a missing field as null', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1 }, { unique: true })
  await collection.insertOne({})
  await expect(collection.insertOne({ a: null })).rejects.toMatchObject({ code: 11000 })
})

test('a sparse unique index leaves out documents without the field', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1 }, { unique: true, sparse: true })
  await collection.insertMany([{}, {}, { a: 1 }])
  await expect(collection.insertOne({ a: 1 })).rejects.toMatchObject({ code: 11000 })
  expect(await collection.countDocuments({ a: null })).toBe(2)
})

test('a partial unique index holds for the documents that it covers', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1 }, { unique: true, partialFilterExpression: { live: true } })
  await collection.insertMany([{ a: 1, live: false }, { a: 1, live: true }, { a: 1 }])
  await expect(collection.updateOne({ live: false }, { $set: { live: true } })).rejects.toMatchObject({
    code: 11000,
  })
  expect(await collection.countDocuments({ a: 1 })).toBe(3)
})

test('a compound unique index looks at all its fields', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1, b: -1 }, { unique: true })
  await collection.insertMany([
    { a: 1, b: 1 },
    { a: 1, b: 2 },
  ])
  await expect(collection.insertOne({ a: 1, b: 2 })).rejects.toMatchObject({
    code: 11000,
    keyValue: { a: 1, b: 2 },
  })
})

test('an index cannot be built over duplicates, and is then not there', async () => {
  const collection = fresh()
  await collection.insertMany([{ a: 1 }, { a: 1 }])
  await expect(collection.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 })
  expect(await collection.listIndexes().toArray()).toHaveLength(1)
})

test('creating an index again is no change, with other options it is refused', async () => {
  const collection = fresh()
  expect(await collection.createIndex({ a: 1 })).toBe('a_1')
  expect(await collection.createIndex({ a: 1 })).toBe('a_1')
  await expect(collection.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({ code: 86 })
  await expect(collection.createIndex({ a: 1 }, { name: 'other' })).rejects.toMatchObject({ code: 85 })
  await expect(collection.createIndex({ b: 1 }, { name: 'a_1' })).rejects.toMatchObject({ code: 86 })
})

test('indexes are listed as they were asked for, and can be dropped', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1, 'b.c': -1 }, { unique: true, name: 'mine' })
  const indexes = await collection.listIndexes().toArray()
  expect(indexes.map(({ name, key, unique }) => ({ name, key, unique }))).toEqual([
    { name: '_id_', key: { _id: 1 }, unique: undefined },
    { name: 'mine', key: { a: 1, 'b.c': -1 }, unique: true },
  ])
  await collection.dropIndex('mine')
  expect(await collection.listIndexes().toArray()).toHaveLength(1)
  await expect(collection.dropIndex('mine')).rejects.toMatchObject({ code: 27 })
})

test('long keys stay unique and are found', async () => {
  const collection = fresh()
  const long = 'x'.repeat(5000)
  await collection.createIndex({ a: 1 }, { unique: true })
  await collection.insertMany([{ a: `${long}1` }, { a: `${long}2` }])
  await expect(collection.insertOne({ a: `${long}1` })).rejects.toMatchObject({ code: 11000 })
  expect(await collection.countDocuments({ a: `${long}2` })).toBe(1)
  expect(await collection.countDocuments({ a: { $gt: `${long}1` } })).toBe(1)
})

test('an update moves a document in just those indexes that are over what it changed', async () => {
  const collection = fresh()
  await collection.createIndex({ a: 1 }, { unique: true })
  await collection.createIndex({ 'b.c': 1 })
  await collection.createIndex({ d: 1 }, { partialFilterExpression: { $and: [{ e: { $gt: 0 } }, { f: 1 }] } })
  await collection.createIndex({ g: 1, a: -1 })
  await collection.insertMany([
    { _id: 1 as never, a: 1, b: { c: 1 }, d: 1, e: 0, f: 1, g: 1 },
    { _id: 2 as never, a: 2, b: { c: 2 }, d: 2, e: 1, f: 1, g: 1 },
  ])
  const found = async (filter: object, hint: string) =>
    (await collection.find(filter, { hint }).toArray()).map(({ _id }) => _id)
  const live = { d: { $gte: 0 }, $and: [{ e: { $gt: 0 } }, { f: 1 }] }

  await collection.updateOne({ _id: 1 as never }, { $set: { e: 1 } })
  expect(await found(live, 'd_1')).toEqual([1, 2])
  await collection.updateOne({ _id: 2 as never }, { $set: { f: 0 } })
  expect(await found(live, 'd_1')).toEqual([1])
  await collection.updateOne({ _id: 1 as never }, { $set: { 'b.c': 7 } })
  expect(await found({ 'b.c': 7 }, 'b.c_1')).toEqual([1])
  expect(await found({ 'b.c': 1 }, 'b.c_1')).toEqual([])
  await collection.updateOne({ _id: 1 as never }, { $unset: { d: 1 }, $set: { h: 1 } })
  expect(await found(live, 'd_1')).toEqual([])
  await collection.updateOne({ _id: 1 as never }, { $set: { a: 9 } })
  expect(await found({ g: 1, a: 9 }, 'g_1_a_-1')).toEqual([1])
  expect(await found({ a: 1 }, 'a_1')).toEqual([])
  await expect(collection.updateOne({ _id: 1 as never }, { $set: { a: 2 } })).rejects.toMatchObject({
    code: 11000,
  })
  // The same members in another order.
  await collection.replaceOne({ _id: 1 as never }, { g: 3, a: 4, b: { c: 5 } })
  expect(await found({ a: 4 }, 'a_1')).toEqual([1])
  expect(await found({ 'b.c': 5 }, 'b.c_1')).toEqual([1])
  expect(await found({ g: 3 }, 'g_1_a_-1')).toEqual([1])
})
