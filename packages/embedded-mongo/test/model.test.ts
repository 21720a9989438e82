import { Binary, Decimal128, Int32, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFilter } from '../src/query/filter.ts'
import { decodeDocument, encodeDocument } from '../src/values/bson.ts'
import { compareValues } from '../src/values/compare.ts'
import { encodeKey } from '../src/values/key.ts'
import type { Document, Value } from '../src/values/types.ts'
import { useEmbedded } from './support/embedded.ts'

const server = useEmbedded()

const number: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map((value) => new Int32(value)),
  fc.integer().map((value) => new Int32(value)),
  fc.double(),
  fc.integer({ min: -5, max: 5 }).map(Number),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -30, max: 30 }))
    .map(([digits, exponent]) => Decimal128.fromString(`${digits}E${exponent}`)),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '0.1', '-0').map((text) => Decimal128.fromString(text)),
)

const scalar: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: number },
  fc.constantFrom('', 'a', 'b', 'ab', 'a\0', 'ä', '🙂', '\uffff'),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => new Binary(Buffer.from(bytes), 0)),
  fc.constantFrom(new MinKey(), new MaxKey(), new Timestamp({ t: 1, i: 2 })),
)

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 4, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '1', '0'), tie('value')), { maxLength: 3 })
      .map((entries): Value => new Map(entries)),
  ),
}))

test('keys of an index order as their values compare, and are equal when they are', () => {
  fc.assert(
    fc.property(value, value, fc.boolean(), (a, b, descending) => {
      const byKey = Buffer.compare(encodeKey(a, descending), encodeKey(b, descending))
      expect(Math.sign(byKey) * (descending ? -1 : 1) + 0).toBe(Math.sign(compareValues(a, b)) + 0)
    }),
    { numRuns: 5000 },
  )
})

test('no key is the beginning of another, so keys of several fields can be joined', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [x, y] = [encodeKey(a), encodeKey(b)]
      expect(x.equals(y) || !y.subarray(0, x.length).equals(x)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('comparison is a total order', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      expect(Math.sign(compareValues(a, b)) + 0).toBe(-Math.sign(compareValues(b, a)) + 0)
      if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0)
        expect(compareValues(a, c)).toBeLessThanOrEqual(0)
    }),
    { numRuns: 2000 },
  )
})

test('a document that is encoded and decoded is the same, byte for byte', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('2', '1', 'a', 'b'), value)), (entries) => {
      const raw = encodeDocument(new Map(entries))
      expect(encodeDocument(decodeDocument(raw)).equals(raw)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

const field = fc.constantFrom('a', 'b', 'a.b', 'a.a', 'b.0', 'a.0.b')
const operand = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Value[]>(new Int32(1), 2, 'a', null, new Int32(0)) },
  value,
)
const condition: fc.Arbitrary<Value> = fc.oneof(
  operand,
  fc
    .tuple(
      fc.constantFrom(
        '$eq',
        '$ne',
        '$gt',
        '$gte',
        '$lt',
        '$lte',
        '$exists',
        '$not',
        '$all',
        '$elemMatch',
        '$in',
        '$nin',
      ),
      operand,
      operand,
    )
    .map(([operator, x, y]): Value => {
      if (operator === '$exists') return new Map([[operator, x !== null]])
      if (operator === '$in' || operator === '$nin' || operator === '$all')
        return new Map([[operator, [x, y]]])
      if (operator === '$not') return new Map([[operator, new Map([['$gt', x]])]])
      if (operator === '$elemMatch')
        return new Map([
          [
            operator,
            new Map([
              ['$gte', x],
              ['$lte', y],
            ]),
          ],
        ])
      return new Map([[operator, x]])
    }),
  fc.tuple(operand, operand).map(
    ([x, y]): Value =>
      new Map([
        ['$gte', x],
        ['$lt', y],
      ]),
  ),
  fc.tuple(operand).map(([x]): Value => new Map([['$elemMatch', new Map([['b', x]])]])),
)
const filter: fc.Arbitrary<Document> = fc.oneof(
  fc
    .array(fc.tuple(field, condition), { minLength: 1, maxLength: 2 })
    .map((entries): Document => new Map(entries)),
  fc
    .tuple(field, condition, field, condition)
    .map(([f, x, g, y]): Document => new Map([['$or', [new Map([[f, x]]), new Map([[g, y]])]]])),
)
const stored = fc
  .array(fc.tuple(fc.constantFrom('a', 'b'), value), { maxLength: 2 })
  .map((entries): Document => new Map(entries))

const INDEXES = [{ a: 1 }, { a: -1, b: 1 }, { 'a.b': 1 }, { b: 1 }, { 'a.b': -1, 'a.a': 1 }]

test('a filter finds the same documents with every index as without', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stored, { minLength: 20, maxLength: 40 }),
      fc.array(filter, { minLength: 12, maxLength: 12 }),
      async (documents, filters) => {
        const collection = server().collection(`m${new ObjectId().toHexString()}`)
        const numbered = documents.map(
          (document, i) => new Map<string, Value>([['_id', new Int32(i)], ...document]),
        )
        // Where two indexed fields hold arrays, MongoDB refuses the document; it is left out of the model as well.
        await collection.createIndexes(INDEXES.map((key, i) => ({ key, name: `i${i}` })) as never)
        const kept: Document[] = []
        for (const document of numbered) {
          const done = await collection.insertOne(toDriver(document), { ignoreUndefined: false }).then(
            () => true,
            (error) => error.code !== 171 && Promise.reject(error),
          )
          if (done) kept.push(document)
        }
        for (const source of filters) {
          const expected = kept
            .filter((document) => compileFilter(source).matches(document))
            .map((document) => Number(document.get('_id')))
          for (const hint of [undefined, { $natural: 1 }, ...INDEXES.map((_, i) => `i${i}`)]) {
            const found = await collection
              .find(toDriver(source) as object, { sort: { _id: 1 }, ...(hint ? { hint } : {}) })
              .toArray()
            expect(
              found.map(({ _id }) => Number(_id)),
              `with ${JSON.stringify(hint)}`,
            ).toEqual(expected)
          }
        }
        await collection.drop()
      },
    ),
    { numRuns: 12 },
  )
})

/** The driver takes Maps as documents, which its types do not know. */
const toDriver = (source: Document): never => source as never
