import { BSONSymbol, Int32 } from 'bson'
import { expect, test } from 'vitest'
import { indexKeys } from '../src/storage/index-keys.ts'
import { parseIndexSpec } from '../src/storage/index-spec.ts'
import { encodeKey } from '../src/values/key.ts'
import { bsonUndefined, type Document, document, int, type Maybe } from '../src/values/types.ts'

const values: Maybe[] = [
  undefined,
  null,
  'text',
  '',
  'a\0b',
  int(1),
  new Date(0),
  [],
  ['one'],
  ['b', 'a', 'b', 'B'],
  ['same', new BSONSymbol('same'), 'Same'],
  [1, new Int32(1), null, bsonUndefined, null],
  [[], ['nested', 'nested'], 'nested'],
  [document({ b: 'in an array' }), 'no document', document({ b: ['x', 'y'] })],
  document({ b: ['x', 'y', 'x'] }),
  document({ b: document({ c: 'deep' }) }),
  document({ b: [document({ c: 'x' }), document({ c: 'y' })] }),
]
const documents: Document[] = values.map(
  (value): Document => new Map(value === undefined ? [] : [['a', value]]),
)

const collation = document({ locale: 'en', strength: int(2) })
const specs = ['a', 'a.b', 'a.b.c', 'a.0'].flatMap((path) =>
  [int(1), int(-1)].flatMap((direction) =>
    [{}, { sparse: true }, { collation }].map((options) => ({ path, direction, options })),
  ),
)

test('an index of one field has the entries that it has as the first of two', () => {
  const other = encodeKey(null)
  let entries = 0
  for (const { path, direction, options } of specs) {
    const alone = parseIndexSpec(document({ key: document({ [path]: direction }), ...options }))
    const first = parseIndexSpec(document({ key: document({ [path]: direction, z: int(1) }), ...options }))
    for (const each of documents) {
      const [single, both] = [indexKeys(alone, each), indexKeys(first, each)]
      entries += single.keys.length
      expect(single.multikey).toBe(both.multikey)
      expect(single.keys.map(({ bytes, values }) => [Buffer.concat([bytes, other]), values])).toEqual(
        both.keys.map(({ bytes, values }) => [bytes, values.slice(0, 1)]),
      )
    }
  }
  expect(entries).toBeGreaterThan(300)
})

test('texts too long for a key are cut, and stay apart', () => {
  const spec = parseIndexSpec(document({ key: document({ a: int(1) }) }))
  const long = 'x'.repeat(3000)
  const { keys, clipped } = indexKeys(spec, new Map([['a', [`${long}1`, `${long}2`, `${long}1`]]]))
  expect([keys.length, clipped]).toEqual([2, true])
})
