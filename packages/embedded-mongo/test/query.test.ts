import { BSONRegExp, Decimal128, Long, ObjectId } from 'bson'
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
