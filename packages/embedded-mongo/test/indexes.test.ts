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
