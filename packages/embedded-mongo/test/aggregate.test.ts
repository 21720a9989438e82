import { ObjectId } from 'bson'
import { expect, test } from 'vitest'
import { useDatabase } from './support/database.ts'

const db = useDatabase('aggregate')

async function run(documents: object[], pipeline: object[]): Promise<unknown[]> {
  const collection = db().collection(`a${new ObjectId().toHexString()}`)
  await collection.insertMany(documents.map((document, _id) => ({ _id: _id as never, ...document })))
  return collection.aggregate(pipeline).toArray()
}

const sales = [
  { item: 'a', price: 10, tags: ['x', 'y'] },
  { item: 'b', price: 20, tags: [] },
  { item: 'a', price: 30, tags: ['x'] },
]

test.each<[string, object[], unknown[]]>([
  [
    '$group sums, averages and collects',
    [
      { $sort: { price: 1 } },
      {
        $group: {
          _id: '$item',
          sum: { $sum: '$price' },
          avg: { $avg: '$price' },
          all: { $push: '$price' },
          n: { $sum: 1 },
        },
      },
      { $sort: { _id: 1 } },
    ],
    [
      { _id: 'a', sum: 40, avg: 20, all: [10, 30], n: 2 },
      { _id: 'b', sum: 20, avg: 20, all: [20], n: 1 },
    ],
  ],
  [
    '$group takes the least, greatest, first and last',
    [
      { $sort: { price: 1 } },
      {
        $group: {
          _id: null,
          min: { $min: '$price' },
          max: { $max: '$price' },
          first: { $first: '$item' },
          last: { $last: '$price' },
        },
      },
    ],
    [{ _id: null, min: 10, max: 30, first: 'a', last: 30 }],
  ],
  [
    '$match, $project and $sort',
    [
      { $match: { price: { $gt: 10 } } },
      { $sort: { price: -1 } },
      { $project: { _id: 0, double: { $multiply: ['$price', 2] } } },
    ],
    [{ double: 60 }, { double: 40 }],
  ],
  [
    '$unwind drops empty arrays',
    [{ $unwind: '$tags' }, { $sort: { _id: 1, tags: 1 } }, { $project: { tags: 1 } }],
    [
      { _id: 0, tags: 'x' },
      { _id: 0, tags: 'y' },
      { _id: 2, tags: 'x' },
    ],
  ],
  [
    '$unwind can keep empty arrays and tell positions',
    [
      { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } },
      { $sort: { _id: 1, i: 1 } },
      { $project: { i: 1 } },
    ],
    [
      { _id: 0, i: 0 },
      { _id: 0, i: 1 },
      { _id: 1, i: null },
      { _id: 2, i: 0 },
    ],
  ],
  [
    '$skip, $limit and $count',
    [{ $sort: { _id: 1 } }, { $skip: 1 }, { $limit: 5 }, { $count: 'n' }],
    [{ n: 2 }],
  ],
  [
    '$facet runs several pipelines',
    [
      {
        $facet: {
          n: [{ $count: 'n' }],
          first: [{ $sort: { _id: 1 } }, { $limit: 1 }, { $project: { item: 1 } }],
        },
      },
    ],
    [{ n: [{ n: 3 }], first: [{ _id: 0, item: 'a' }] }],
  ],
  [
    '$sortByCount',
    [{ $sortByCount: '$item' }],
    [
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ],
  ],
  [
    '$replaceRoot',
    [{ $match: { _id: 0 } }, { $replaceRoot: { newRoot: { only: '$item' } } }],
    [{ only: 'a' }],
  ],
  [
    '$bucket',
    [{ $bucket: { groupBy: '$price', boundaries: [0, 15, 100] } }],
    [
      { _id: 0, count: 1 },
      { _id: 15, count: 2 },
    ],
  ],
])('%s', async (_, pipeline, expected) => {
  expect(await run(sales, pipeline)).toEqual(expected)
})

test('$lookup joins by a field and by a pipeline', async () => {
  const users = db().collection('users')
  await users.insertMany([
    { _id: 1 as never, name: 'ann' },
    { _id: 2 as never, name: 'bob' },
  ])
  const joined = await run(
    [{ user: 1 }, { user: 3 }],
    [
      { $lookup: { from: 'users', localField: 'user', foreignField: '_id', as: 'found' } },
      { $sort: { _id: 1 } },
    ],
  )
  expect(joined).toEqual([
    { _id: 0, user: 1, found: [{ _id: 1, name: 'ann' }] },
    { _id: 1, user: 3, found: [] },
  ])
  const piped = await run(
    [{ user: 2 }],
    [
      {
        $lookup: {
          from: 'users',
          let: { id: '$user' },
          pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$id'] } } }, { $project: { _id: 0 } }],
          as: 'found',
        },
      },
    ],
  )
  expect(piped).toEqual([{ _id: 0, user: 2, found: [{ name: 'bob' }] }])
})

test('$lookup runs its pipeline where there is no collection to read', async () => {
  const lookup = (from: object, pipeline: object[]) =>
    run([{ a: 1 }], [{ $lookup: { ...from, pipeline, as: 'found' } }])
  const given = [{ $documents: [{ x: 1 }] }]
  expect(await lookup({}, given)).toEqual([{ _id: 0, a: 1, found: [{ x: 1 }] }])
  expect(await lookup({ from: 'nowhere' }, [{ $unionWith: { pipeline: given } }, { $count: 'n' }])).toEqual([
    { _id: 0, a: 1, found: [{ n: 1 }] },
  ])
})

/** A literal with a member `then` looks like a promise to linters. */
const branch = (test: object, result: unknown): object =>
  Object.fromEntries([
    ['case', test],
    ['then', result],
  ])

test.each<[string, unknown, unknown]>([
  ['$cond', { $cond: [{ $gt: ['$n', 1] }, 'yes', 'no'] }, 'yes'],
  ['$switch', { $switch: { branches: [branch({ $eq: ['$n', 1] }, 'one')], default: 'many' } }, 'many'],
  ['$ifNull', { $ifNull: ['$missing', '$none', 'fallback'] }, 'fallback'],
  ['$and, $or, $not', { $and: [{ $or: [false, '$n'] }, { $not: ['$missing'] }] }, true],
  ['$map', { $map: { input: '$list', as: 'x', in: { $add: ['$$x', 1] } } }, [2, 3, 4]],
  ['$filter', { $filter: { input: '$list', as: 'x', cond: { $gte: ['$$x', 2] } } }, [2, 3]],
  ['$reduce', { $reduce: { input: '$list', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6],
  ['$concatArrays and $slice', { $slice: [{ $concatArrays: ['$list', [9]] }, -2] }, [3, 9]],
  ['$setDifference', { $setDifference: ['$list', [1]] }, [2, 3]],
  ['$in and $size', [{ $in: [2, '$list'] }, { $size: '$list' }], [true, 3]],
  ['$mergeObjects', { $mergeObjects: ['$d', { b: 2 }] }, { a: 1, b: 2 }],
  ['$let', { $let: { vars: { x: 5 }, in: { $multiply: ['$$x', '$n'] } } }, 10],
  ['$literal', { $literal: '$n' }, '$n'],
  ['$concat and $toUpper', { $toUpper: { $concat: ['$s', '!'] } }, 'ABC!'],
  ['$divide and $mod', [{ $divide: ['$n', 4] }, { $mod: [7, '$n'] }], [0.5, 1]],
  ['$subtract of dates', { $subtract: ['$at', { $toDate: '1970-01-01T00:00:01Z' }] }, 1000],
  ['$dateToString', { $dateToString: { date: '$at', format: '%Y-%m-%d' } }, '1970-01-01'],
  ['$arrayElemAt', { $arrayElemAt: ['$list', -1] }, 3],
  ['$objectToArray', { $objectToArray: '$d' }, [{ k: 'a', v: 1 }]],
  ['$sortArray', { $sortArray: { input: '$list', sortBy: -1 } }, [3, 2, 1]],
  ['a path through an array', '$docs.x', [1, 2]],
  ['$regexMatch', { $regexMatch: { input: '$s', regex: '^A', options: 'i' } }, true],
  ['$type', { $type: '$missing' }, 'missing'],
])('the expression %s', async (_, expression, expected) => {
  const source = {
    n: 2,
    s: 'abc',
    list: [1, 2, 3],
    d: { a: 1 },
    none: null,
    at: new Date(2000),
    docs: [{ x: 1 }, { x: 2 }],
  }
  const [found] = (await run([source], [{ $project: { _id: 0, result: expression } }])) as {
    result: unknown
  }[]
  expect(found?.result).toEqual(expected)
})

test.each<[string, object[], number]>([['an unknown stage', [{ $frobnicate: {} }], 40324]])(
  '%s is refused',
  async (_, pipeline, code) => {
    await expect(run([{ a: 1 }], pipeline)).rejects.toMatchObject({ code })
  },
)
