import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'
import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'

const db = useDatabase('query')

/** The `_id`s that a filter finds among documents numbered from 0. */
async function matches(documents: object[], filter: object): Promise<number[]> {
  const collection = db().collection(`q${new ObjectId().toHexString()}`)
  await collection.insertMany(documents.map((document, _id) => ({ _id: _id as never, ...document })))
  const found = await collection.find(filter, { sort: { _id: 1 } }).toArray()
  return found.map(({ _id }) => Number(_id))
}

const numbers = [
  { n: 1 },
  { n: 2.5 },
  { n: Long.fromNumber(3) },
  { n: Decimal128.fromString('4') },
  { n: '5' },
  { n: null },
  {},
]

test.each<[string, object[], object, number[]]>([
  ['numbers compare across their types', numbers, { n: { $gt: 1, $lte: 4 } }, [1, 2, 3]],
  ['equality sees through the number types', numbers, { n: 3 }, [2]],
  ['a comparison ignores values of other kinds', numbers, { n: { $lt: 'z' } }, [4]],
  ['null matches null and missing', numbers, { n: null }, [5, 6]],
  ['$ne takes what equality leaves', numbers, { n: { $ne: null } }, [0, 1, 2, 3, 4]],
  ['$exists tells null from missing', numbers, { n: { $exists: true } }, [0, 1, 2, 3, 4, 5]],
  ['$exists: false finds missing fields', numbers, { n: { $exists: false } }, [6]],
  ['$type takes aliases and lists', numbers, { n: { $type: ['string', 'decimal'] } }, [3, 4]],
  ['$type number is every number', numbers, { n: { $type: 'number' } }, [0, 1, 2, 3]],
  [
    '$in takes values and regular expressions',
    [{ s: 'abc' }, { s: 'xyz' }, { s: 'q' }],
    { s: { $in: [/^a/, 'q'] } },
    [0, 2],
  ],
  [
    '$in tells texts and ids apart',
    [
      { s: 'aaaaaaaaaaaaaaaaaaaaaaaa' },
      { s: new ObjectId('aaaaaaaaaaaaaaaaaaaaaaaa') },
      { s: new ObjectId('bbbbbbbbbbbbbbbbbbbbbbbb') },
      { s: 'bbbbbbbbbbbbbbbbbbbbbbbb' },
      { s: new BSONSymbol('aaaaaaaaaaaaaaaaaaaaaaaa') },
      { s: [1, new ObjectId('bbbbbbbbbbbbbbbbbbbbbbbb')] },
      {},
    ],
    { s: { $in: ['aaaaaaaaaaaaaaaaaaaaaaaa', new ObjectId('bbbbbbbbbbbbbbbbbbbbbbbb')] } },
    [0, 2, 4, 5],
  ],
  ['$nin leaves out both', [{ s: 'abc' }, { s: 'xyz' }, {}], { s: { $nin: [/^a/] } }, [1, 2]],
  ['$not negates a condition and takes missing fields', numbers, { n: { $not: { $gt: 2 } } }, [0, 4, 5, 6]],
  [
    '$and, $or and $nor combine',
    numbers,
    { $or: [{ n: 1 }, { $and: [{ n: { $gte: 4 } }, { $nor: [{ n: 5 }] }] }] },
    [0, 3],
  ],
  [
    'an array is matched by its elements and as a whole',
    [{ a: [1, 2] }, { a: [2] }, { a: [[2]] }, { a: 2 }],
    { a: 2 },
    [0, 1, 3],
  ],
  ['a whole array is equal in order', [{ a: [1, 2] }, { a: [2, 1] }, { a: [[1, 2]] }], { a: [1, 2] }, [0, 2]],
  ['$all wants every value', [{ a: [1, 2, 3] }, { a: [1] }, { a: 1 }], { a: { $all: [1, 2] } }, [0]],
  ['$size counts elements', [{ a: [] }, { a: [1] }, { a: 1 }], { a: { $size: 1 } }, [1]],
  [
    '$elemMatch wants one element for all conditions',
    [{ a: [{ x: 1, y: 2 }] }, { a: [{ x: 1 }, { y: 2 }] }],
    { a: { $elemMatch: { x: 1, y: 2 } } },
    [0],
  ],
  [
    'a dotted path lets different elements match',
    [{ a: [{ x: 1 }, { y: 2 }] }, { a: [{ x: 1 }] }],
    { 'a.x': 1, 'a.y': 2 },
    [0],
  ],
  [
    '$elemMatch takes operators on plain values',
    [{ a: [1, 9] }, { a: [5] }],
    { a: { $elemMatch: { $gt: 2, $lt: 8 } } },
    [1],
  ],
  [
    'conditions outside $elemMatch may be met by different elements',
    [{ a: [1, 9] }, { a: [1] }],
    { a: { $gt: 2, $lt: 8 } },
    [0],
  ],
  ['a number in a path is a position', [{ a: [{ x: 1 }, { x: 2 }] }, { a: [{ x: 2 }] }], { 'a.0.x': 2 }, [1]],
  [
    'an embedded document is equal field by field, in order',
    [{ d: { a: 1, b: 2 } }, { d: { b: 2, a: 1 } }],
    { d: { a: 1, b: 2 } },
    [0],
  ],
  ['$mod divides', [{ n: 4 }, { n: 5 }, { n: 'x' }], { n: { $mod: [2, 0] } }, [0]],
  ['$regex with options', [{ s: 'Hello' }, { s: 'world' }], { s: { $regex: '^hel', $options: 'i' } }, [0]],
  ['a BSON regular expression', [{ s: 'Hello' }, { s: 'world' }], { s: new BSONRegExp('WORLD', 'i') }, [1]],
  [
    'a multi-line regular expression',
    [{ s: 'a\nb' }, { s: 'ab' }],
    { s: { $regex: '^b', $options: 'm' } },
    [0],
  ],
  [
    '$expr compares fields',
    [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
    ],
    { $expr: { $gt: ['$a', '$b'] } },
    [1],
  ],
  ['$bitsAllSet and $bitsAnyClear', [{ n: 6 }, { n: 2 }, { n: 'x' }], { n: { $bitsAllSet: [1, 2] } }, [0]],
  [
    'bytes are compared by length, subtype and content',
    [{ b: Buffer.from('a') }, { b: Buffer.from('b') }],
    { b: Buffer.from('b') },
    [1],
  ],
  [
    'dates compare with dates',
    [{ d: new Date(1) }, { d: new Date(3) }, { d: 2 }],
    { d: { $gt: new Date(2) } },
    [1],
  ],
  ['NaN is equal to NaN', [{ n: Number.NaN }, { n: 1 }], { n: Number.NaN }, [0]],
])('%s', async (_, documents, filter, expected) => {
  expect(await matches(documents, filter)).toEqual(expected)
})

const TYPES: [string, number, unknown][] = [
  ['double', 1, new Double(1)],
  ['string', 2, 'a'],
  ['object', 3, { a: 1 }],
  ['array', 4, []],
  ['binData', 5, new Binary(Buffer.from('a'))],
  ['objectId', 7, new ObjectId()],
  ['bool', 8, true],
  ['date', 9, new Date(1)],
  ['null', 10, null],
  ['regex', 11, new BSONRegExp('a')],
  ['javascript', 13, new Code('a')],
  ['symbol', 14, new BSONSymbol('a')],
  ['javascriptWithScope', 15, new Code('a', { b: 1 })],
  ['int', 16, new Int32(1)],
  ['timestamp', 17, new Timestamp({ t: 1, i: 1 })],
  ['long', 18, Long.fromNumber(1)],
  ['decimal', 19, Decimal128.fromString('1')],
  ['minKey', -1, new MinKey()],
  ['maxKey', 127, new MaxKey()],
]

test('$type finds each type by its alias and by its number, with an index or without', async () => {
  const collection = db().collection('everyType')
  await collection.insertMany([
    ...TYPES.map(([name, , v]) => ({ _id: name as never, v })),
    { _id: 'none' as never },
  ])
  const idsOf = async (type: unknown) =>
    (await collection.find({ v: { $type: type as never } }).toArray()).map(({ _id }) => String(_id)).sort()
  for (const index of [false, true]) {
    if (index) await collection.createIndex({ v: 1 })
    for (const [name, number] of TYPES) {
      expect(await idsOf(name)).toEqual([name])
      expect(await idsOf(number)).toEqual([name])
      expect(await idsOf([number, 'number'])).toEqual(
        [...new Set([name, 'decimal', 'double', 'int', 'long'])].sort(),
      )
    }
    expect(await idsOf('undefined')).toEqual([])
    expect(await idsOf(6)).toEqual([])
  }
})

test.each<[string, unknown, number]>([
  ['an alias that is not there', 'text', 2],
  ['a number that is not there', 20, 2],
  ['a fraction', 1.5, 2],
  ['no type at all', [], 9],
])('$type of %s is refused', async (_, type, code) => {
  await expect(
    db()
      .collection('none')
      .find({ a: { $type: type as never } })
      .toArray(),
  ).rejects.toMatchObject({ code })
})

test('an _id of null is kept and found by its type, wherever it stands in the document', async () => {
  const collection = db().collection('nullId')
  const byType = () => collection.find({ _id: { $type: 'null' } as never }).toArray()
  await db().db.command({
    insert: 'nullId',
    documents: [
      { a: 1, _id: null },
      { a: 2, _id: 5 },
    ],
  })
  expect(await byType()).toEqual([{ _id: null, a: 1 }])
  await collection.deleteMany({})
  await collection.updateOne({ b: 1 }, { $setOnInsert: { _id: null as never } }, { upsert: true })
  expect(await byType()).toEqual([{ _id: null, b: 1 }])
})

test.each<[string, object]>([
  ['an unknown operator', { a: { $near_by: 1 } }],
  ['an unknown top-level operator', { $foo: [] }],
  ['an empty $or', { $or: [] }],
  ['$in without an array', { a: { $in: 1 } }],
])('%s is refused as a bad value', async (_, filter) => {
  await db().collection('bad').insertOne({})
  await expect(db().collection('bad').find(filter).toArray()).rejects.toMatchObject({ code: 2 })
})

async function projected(document: object, projection: object, filter: object = {}): Promise<unknown> {
  const collection = db().collection(`p${new ObjectId().toHexString()}`)
  await collection.insertOne({ _id: 1 as never, ...document })
  return collection.findOne(filter, { projection })
}

test.each<[string, object, object, object, object]>([
  ['an inclusion keeps the identity', { a: 1, b: 2 }, { a: 1 }, {}, { _id: 1, a: 1 }],
  ['an exclusion keeps the rest', { a: 1, b: 2 }, { a: 0 }, {}, { _id: 1, b: 2 }],
  ['the identity can be left out', { a: 1, b: 2 }, { a: 1, _id: 0 }, {}, { a: 1 }],
  [
    'dotted names reach into arrays',
    { a: [{ x: 1, y: 2 }, { y: 3 }, 4] },
    { 'a.x': 1 },
    {},
    { _id: 1, a: [{ x: 1 }, {}] },
  ],
  [
    '$slice takes the last elements',
    { a: [1, 2, 3], b: 1 },
    { a: { $slice: -2 } },
    {},
    { _id: 1, a: [2, 3], b: 1 },
  ],
  ['$slice takes a range', { a: [1, 2, 3, 4] }, { a: { $slice: [1, 2] } }, {}, { _id: 1, a: [2, 3] }],
  [
    '$elemMatch takes the first match',
    { a: [{ x: 1 }, { x: 2 }] },
    { a: { $elemMatch: { x: 2 } } },
    {},
    { _id: 1, a: [{ x: 2 }] },
  ],
  [
    'the positional operator takes the element that matched',
    { a: [{ x: 1 }, { x: 2 }] },
    { 'a.$': 1 },
    { 'a.x': 2 },
    { _id: 1, a: [{ x: 2 }] },
  ],
  ['an expression computes a field', { a: 1, b: 2 }, { sum: { $add: ['$a', '$b'] } }, {}, { _id: 1, sum: 3 }],
])('%s', async (_, document, projection, filter, expected) => {
  expect(await projected(document, projection, filter)).toEqual(expected)
})

test('a projection cannot include and exclude at once', async () => {
  await expect(projected({ a: 1 }, { a: 1, b: 0 })).rejects.toMatchObject({ code: 31254 })
})

test('values of all types sort in the order of BSON', async () => {
  const collection = db().collection('sorted')
  const values = [
    null,
    1,
    'a',
    { x: 1 },
    Buffer.from('x'),
    new ObjectId(),
    false,
    true,
    new Date(),
    new BSONRegExp('a'),
  ]
  await collection.insertMany(
    [...values].reverse().map((v, i) => ({ _id: (values.length - 1 - i) as never, v })),
  )
  const found = await collection.find({}, { sort: { v: 1 } }).toArray()
  expect(found.map(({ _id }) => Number(_id))).toEqual(values.map((_, i) => i))
})
