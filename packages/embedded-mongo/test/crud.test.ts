import {
  Binary,
  BSONRegExp,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'
import mongoose from 'mongoose'
import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'

const db = useDatabase('crud')

test('an inserted document comes back as it was, to the type', async () => {
  const original = {
    _id: new ObjectId(),
    int: new Int32(7),
    double: new Double(7),
    long: Long.fromString('9007199254740993'),
    decimal: Decimal128.fromString('0.10'),
    text: 'grüße 🙂',
    bytes: new Binary(Buffer.from('00ff10', 'hex'), 0x80),
    uuid: new Binary(Buffer.alloc(16, 7), 4),
    at: new Date(1234),
    stamp: new Timestamp({ t: 5, i: 6 }),
    regex: new BSONRegExp('^a', 'i'),
    low: new MinKey(),
    high: new MaxKey(),
    nothing: null,
    yes: true,
    nested: { array: [[1, []], { a: {} }] },
  }
  const collection = db().collection('types')
  await collection.insertOne(original)
  const found = await collection.findOne({}, { promoteValues: false, bsonRegExp: true })
  expect(mongoose.mongo.BSON.serialize(found ?? {})).toEqual(mongoose.mongo.BSON.serialize(original))
})

test('an update keeps the types of the fields that it does not touch', async () => {
  const collection = db().collection('kept')
  await collection.insertOne({
    n: new Int32(1),
    d: new Double(1),
    l: Long.fromNumber(1),
    m: Decimal128.fromString('1.0'),
  })
  await collection.updateOne({}, { $set: { x: 1 } })
  const found = await collection.findOne({}, { promoteValues: false })
  expect([found?.n._bsontype, found?.d._bsontype, found?.l._bsontype, found?.m._bsontype]).toEqual([
    'Int32',
    'Double',
    'Long',
    'Decimal128',
  ])
})

test('documents without a sort come in the order of their insertion', async () => {
  const collection = db().collection('order')
  await collection.insertMany([{ _id: 3 as never }, { _id: 1 as never }, { _id: 2 as never }])
  const sorted = await collection.find({}, { sort: { _id: 1 } }).toArray()
  expect(sorted.map((found) => found._id)).toEqual([1, 2, 3])
})

test('a duplicate key is refused with what was duplicated', async () => {
  const collection = db().collection('dup')
  await collection.createIndex({ email: 1 }, { unique: true })
  await collection.insertOne({ email: 'a@example.com' })
  const error = await collection.insertOne({ email: 'a@example.com' }).catch((cause) => cause)
  expect(error).toMatchObject({ code: 11000, keyPattern: { email: 1 }, keyValue: { email: 'a@example.com' } })
  expect(error.message).toMatch(
    /E11000 duplicate key error collection: .*\.dup index: email_1 dup key: \{ email: "a@example.com" \}/,
  )
})

test('an ordered bulk insert stops at the first error, an unordered one goes on', async () => {
  const ordered = db().collection('ordered')
  const unordered = db().collection('unordered')
  const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }] as never[]
  await expect(ordered.insertMany(documents)).rejects.toMatchObject({ code: 11000 })
  expect(await ordered.countDocuments()).toBe(1)
  const error = await unordered.insertMany(documents, { ordered: false }).catch((cause) => cause)
  expect(error.writeErrors).toHaveLength(1)
  expect(error.writeErrors[0].index).toBe(1)
  expect(await unordered.countDocuments()).toBe(2)
})

test('of a hundred concurrent compare-and-swaps exactly one wins', async () => {
  const collection = db().collection('cas')
  const { insertedId: _id } = await collection.insertOne({ generation: 0, list: [{ g: 0 }] })
  const results = await Promise.all(
    Array.from({ length: 100 }, () =>
      collection.findOneAndUpdate(
        { _id, list: { $elemMatch: { g: 0 } } },
        { $inc: { generation: 1, 'list.$.g': 1 } },
      ),
    ),
  )
  expect(results.filter(Boolean)).toHaveLength(1)
  expect(await collection.findOne({ _id })).toMatchObject({ generation: 1, list: [{ g: 1 }] })
})

test('an upsert inserts what the filter pins and the update sets', async () => {
  const collection = db().collection('upsert')
  const result = await collection.updateOne(
    { key: 'a', 'nested.x': 1, n: { $gt: 5 } },
    { $set: { value: 1 }, $setOnInsert: { made: true } },
    { upsert: true },
  )
  expect(result).toMatchObject({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1 })
  const again = await collection.updateOne(
    { key: 'a' },
    { $set: { value: 1 }, $setOnInsert: { made: false } },
    { upsert: true },
  )
  expect(again).toMatchObject({ matchedCount: 1, modifiedCount: 0, upsertedCount: 0 })
  expect(await collection.findOne({}, { projection: { _id: 0 } })).toEqual({
    key: 'a',
    nested: { x: 1 },
    value: 1,
    made: true,
  })
})

test.each<[string, object, object]>([
  ['a null', { a: { $eq: null } }, { a: null }],
  ['a regular expression by $eq', { a: { $eq: /x/ } }, { a: /x/ }],
  ['nothing for a pattern', { a: /x/ }, {}],
])('an upsert takes %s from its filter', async (_, filter, expected) => {
  const collection = db().collection('pinned')
  await collection.deleteMany({})
  await collection.updateOne(filter, { $set: { z: 1 } }, { upsert: true })
  expect(await collection.findOne({}, { projection: { _id: 0 } })).toEqual({ ...expected, z: 1 })
})

test.each<[string, object]>([
  ['twice', { $and: [{ a: 1 }, { a: 2 }] }],
  ['and a path below it', { a: { x: 1 }, 'a.y': 2 }],
])('an upsert whose filter pins a path %s is refused', async (_, filter) => {
  await expect(
    db()
      .collection('contradictory')
      .updateOne(filter, { $set: { z: 1 } }, { upsert: true }),
  ).rejects.toMatchObject({ code: 54 })
})

test('findOneAndUpdate returns the document before or after, in the order asked for', async () => {
  const collection = db().collection('fam')
  await collection.insertMany([
    { n: 1, tag: 'x' },
    { n: 2, tag: 'x' },
  ])
  const before = await collection.findOneAndUpdate({ tag: 'x' }, { $inc: { n: 10 } }, { sort: { n: -1 } })
  expect(before?.n).toBe(2)
  const after = await collection.findOneAndUpdate(
    { tag: 'x' },
    { $inc: { n: 10 } },
    { sort: { n: 1 }, returnDocument: 'after', projection: { n: 1, _id: 0 } },
  )
  expect(after).toEqual({ n: 11 })
  expect(await collection.findOneAndDelete({ n: 12 })).toMatchObject({ n: 12 })
  expect(await collection.findOneAndUpdate({ n: 99 }, { $set: { n: 1 } })).toBeNull()
  expect(
    await collection.findOneAndReplace({ n: 5 }, { n: 6 }, { upsert: true, returnDocument: 'after' }),
  ).toMatchObject({ n: 6 })
})

test('a replacement keeps the identity and drops the other fields', async () => {
  const collection = db().collection('replace')
  const { insertedId } = await collection.insertOne({ a: 1, b: 2 })
  await collection.replaceOne({ a: 1 }, { c: 3 })
  expect(await collection.findOne()).toEqual({ _id: insertedId, c: 3 })
})

test('the identity of a document cannot be changed', async () => {
  const collection = db().collection('identity')
  await collection.insertOne({ _id: 1 as never, a: 1 })
  await expect(collection.updateOne({ a: 1 }, { $set: { _id: 2 as never } })).rejects.toMatchObject({
    code: 66,
  })
})

test('a cursor delivers more documents than one batch holds, and can be ended early', async () => {
  const collection = db().collection('many')
  await collection.insertMany(Array.from({ length: 1000 }, (_, n) => ({ n })))
  const all = await collection.find({}, { batchSize: 7, sort: { n: 1 } }).toArray()
  expect(all.map(({ n }) => n)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
  const cursor = collection.find({}, { batchSize: 10 })
  await cursor.next()
  await cursor.close()
  expect(await collection.find().skip(990).limit(5).toArray()).toHaveLength(5)
})

test('counting, distinct values and existence agree with the documents', async () => {
  const collection = db().collection('count')
  await collection.insertMany([{ t: ['a', 'b'] }, { t: 'b' }, { t: null }, {}])
  expect(await collection.countDocuments({ t: 'b' })).toBe(2)
  expect(await collection.estimatedDocumentCount()).toBe(4)
  expect((await collection.distinct('t')).sort()).toEqual(['a', 'b', null].sort())
  expect((await collection.deleteMany({ t: null })).deletedCount).toBe(2)
})

test('a collation makes upper and lower case, and accents, equal', async () => {
  const collection = db().collection('collation')
  await collection.insertMany([{ s: 'Zoe' }, { s: 'zoé' }, { s: 'adam' }])
  expect(await collection.countDocuments({ s: 'zoe' }, { collation: { locale: 'en', strength: 1 } })).toBe(2)
  expect(await collection.countDocuments({ s: 'ZOE' }, { collation: { locale: 'en', strength: 2 } })).toBe(1)
  const sorted = await collection
    .find({}, { sort: { s: 1 }, collation: { locale: 'en', strength: 2 } })
    .toArray()
  expect(sorted.map(({ s }) => s)).toEqual(['adam', 'Zoe', 'zoé'])
})

test('Mongoose models work unchanged', async () => {
  const connection = await mongoose.createConnection(db().uri).asPromise()
  const schema = new mongoose.Schema(
    {
      email: { type: String, unique: true },
      tokens: [{ hash: Buffer, at: Date }],
      tags: { type: Map, of: String },
    },
    { timestamps: true },
  )
  const User = connection.model('User', schema)
  await User.init()
  const user = await User.create({
    email: 'a@example.com',
    tokens: [{ hash: Buffer.from('x'), at: new Date(5) }],
    tags: { b: '1', a: '2' },
  })
  user.tokens.push({ hash: Buffer.from('y'), at: new Date(6) })
  await user.save()
  const found = await User.findOne({ 'tokens.at': { $gt: new Date(5) } }).orFail()
  expect(found.tokens.map((token) => token.hash?.toString())).toEqual(['x', 'y'])
  expect([...(found.tags?.keys() ?? [])]).toEqual(['b', 'a'])
  await expect(User.create({ email: 'a@example.com' })).rejects.toMatchObject({ code: 11000 })
  await connection.close()
})
