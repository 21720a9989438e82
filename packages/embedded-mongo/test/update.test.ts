import { Double, Int32, Long, ObjectId } from 'bson'
import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'

const db = useDatabase('update')

async function updated(
  document: object,
  update: object | object[],
  options: object = {},
  filter: object = {},
): Promise<unknown> {
  const collection = db().collection(`u${new ObjectId().toHexString()}`)
  await collection.insertOne({ _id: 1 as never, ...document })
  await collection.updateOne(filter, update as never, options)
  return collection.findOne({}, { projection: { _id: 0 } })
}

test.each<[string, object, object | object[], object]>([
  ['$set makes the path', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  ['$set fills an array with null', { a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
  [
    '$unset removes a field and empties an element',
    { a: 1, b: [1, 2] },
    { $unset: { a: '', 'b.0': '' } },
    { b: [null, 2] },
  ],
  ['$inc adds and makes', { a: 1 }, { $inc: { a: 2, b: 5 } }, { a: 3, b: 5 }],
  ['$mul multiplies and makes zero', { a: 3 }, { $mul: { a: 2, b: 5 } }, { a: 6, b: 0 }],
  ['$min and $max', { a: 3, b: 3 }, { $min: { a: 1, c: 9 }, $max: { b: 1 } }, { a: 1, b: 3, c: 9 }],
  ['$rename moves', { a: 1 }, { $rename: { a: 'b' } }, { b: 1 }],
  ['$push appends and makes', { a: [1] }, { $push: { a: 2, b: 1 } }, { a: [1, 2], b: [1] }],
  [
    '$push with $each, $position',
    { a: [1, 4] },
    { $push: { a: { $each: [2, 3], $position: 1 } } },
    { a: [1, 2, 3, 4] },
  ],
  [
    '$push with $sort and $slice',
    { a: [{ n: 3 }] },
    { $push: { a: { $each: [{ n: 1 }, { n: 2 }], $sort: { n: 1 }, $slice: -2 } } },
    { a: [{ n: 2 }, { n: 3 }] },
  ],
  [
    '$push with $slice on a missing field',
    {},
    { $push: { a: { $each: [1, 2, 3], $slice: -2 } } },
    { a: [2, 3] },
  ],
  [
    '$addToSet leaves out what is there',
    { a: [1, { x: 1 }] },
    { $addToSet: { a: { $each: [1, 2, { x: 1 }] } } },
    { a: [1, { x: 1 }, 2] },
  ],
  ['$pull by value', { a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
  ['$pull by condition', { a: [1, 5, 9] }, { $pull: { a: { $gt: 1, $lt: 9 } } }, { a: [1, 9] }],
  ['$pull by fields', { a: [{ x: 1, y: 1 }, { x: 2 }] }, { $pull: { a: { x: 1 } } }, { a: [{ x: 2 }] }],
  ['$pullAll', { a: [1, 2, 3] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
  [
    '$pop takes from either end',
    { a: [1, 2, 3], b: [1, 2] },
    { $pop: { a: -1, b: 1 } },
    { a: [2, 3], b: [1] },
  ],
  ['$bit', { a: 13 }, { $bit: { a: { and: 10 } } }, { a: 8 }],
  ['$[] changes every element', { a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] }],
  [
    'two operators under one element',
    { a: [{ g: 1 }] },
    { $inc: { 'a.0.g': 1 }, $set: { 'a.0.t': 5 } },
    { a: [{ g: 2, t: 5 }] },
  ],
  [
    'a pipeline reads what it sets',
    { a: 1 },
    [{ $set: { b: { $add: ['$a', 1] } } }, { $unset: 'a' }],
    { b: 2 },
  ],
  [
    'a pipeline prunes, appends, sorts and bounds an array',
    { list: [{ n: 3, dead: true }, { n: 2 }, { n: 1 }] },
    [
      {
        $set: {
          list: {
            $slice: [
              {
                $sortArray: {
                  input: {
                    $concatArrays: [
                      {
                        $filter: {
                          input: { $ifNull: ['$list', []] },
                          as: 'l',
                          cond: { $ne: ['$$l.dead', true] },
                        },
                      },
                      [{ $literal: { n: 9 } }],
                    ],
                  },
                  sortBy: { n: 1 },
                },
              },
              -2,
            ],
          },
        },
      },
    ],
    { list: [{ n: 2 }, { n: 9 }] },
  ],
])('%s', async (_, document, update, expected) => {
  expect(await updated(document, update)).toEqual(expected)
})

test('the positional operator changes the element that the filter matched', async () => {
  const document = {
    a: [
      { k: 1, n: 0 },
      { k: 2, n: 0 },
    ],
  }
  const expected = {
    a: [
      { k: 1, n: 0 },
      { k: 2, n: 1 },
    ],
  }
  expect(await updated(document, { $inc: { 'a.$.n': 1 } }, {}, { 'a.k': 2 })).toEqual(expected)
  expect(
    await updated(document, { $inc: { 'a.$.n': 1 } }, {}, { a: { $elemMatch: { k: 2, n: 0 } } }),
  ).toEqual(expected)
})

test('array filters choose the elements to change', async () => {
  const document = {
    a: [
      { k: 1, b: [1, 5] },
      { k: 2, b: [6] },
    ],
  }
  const update = { $set: { 'a.$[x].b.$[y]': 0 } }
  expect(await updated(document, update, { arrayFilters: [{ 'x.k': 1 }, { y: { $gt: 3 } }] })).toEqual({
    a: [
      { k: 1, b: [1, 0] },
      { k: 2, b: [6] },
    ],
  })
})

test('$currentDate sets the time', async () => {
  const { at } = (await updated({}, { $currentDate: { at: true } })) as { at: Date }
  expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000)
})

test('$inc keeps the width of the numbers', async () => {
  const collection = db().collection('width')
  await collection.insertOne({ int: new Int32(2147483647), long: Long.fromNumber(1), double: new Double(1) })
  await collection.updateOne({}, { $inc: { int: 1, long: 1, double: 1 } })
  const found = await collection.findOne({}, { promoteValues: false })
  expect([found?.int._bsontype, found?.long._bsontype, found?.double._bsontype]).toEqual([
    'Long',
    'Long',
    'Double',
  ])
  expect(found?.int.toString()).toBe('2147483648')
})

test.each<[string, object, object, number]>([
  ['conflicting paths', { a: 1 }, { $set: { a: 1, 'a.b': 2 } }, 40],
  ['the same path twice', { a: 1 }, { $set: { a: 1 }, $inc: { a: 2 } }, 40],
  ['$inc of a string', { a: 'x' }, { $inc: { a: 1 } }, 14],
  ['$inc by a string', { a: 1 }, { $inc: { a: 'x' } }, 14],
  ['a path through a number', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
  ['an unknown operator', { a: 1 }, { $frobnicate: { a: 1 } }, 9],
  ['$push to a number', { a: 1 }, { $push: { a: 1 } }, 2],
  ['a positional operator without a match', { a: [1] }, { $set: { 'a.$': 1 } }, 2],
])('%s is refused and changes nothing', async (_, document, update, code) => {
  const collection = db().collection(`e${new ObjectId().toHexString()}`)
  await collection.insertOne({ ...document })
  await expect(collection.updateOne({}, update)).rejects.toMatchObject({ code })
  expect(await collection.findOne({}, { projection: { _id: 0 } })).toEqual(document)
})

test('updateMany changes all that match and counts what changed', async () => {
  const collection = db().collection('manyUpdates')
  await collection.insertMany([{ n: 1 }, { n: 2 }, { n: 2 }])
  expect(await collection.updateMany({ n: { $gte: 1 } }, { $set: { n: 2 } })).toMatchObject({
    matchedCount: 3,
    modifiedCount: 1,
  })
})
