import { Binary, BSONRegExp, BSONSymbol, Code, ObjectId, Timestamp } from 'bson'
import type { Collation } from './collation.ts'
import { compareNumbers } from './numbers.ts'
import {
  bsonUndefined,
  DBPointer,
  type Document,
  isNumeric,
  type Maybe,
  RANKS,
  ScopedCode,
  typeName,
  type Value,
} from './types.ts'

/** MongoDB's total order over all BSON values. A missing value compares as BSON undefined does. */
export function compareValues(left: Maybe, right: Maybe, collation?: Collation): number {
  const a = left === undefined ? bsonUndefined : left
  const b = right === undefined ? bsonUndefined : right
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b, collation)
  const difference = rank(a) - rank(b)
  if (difference !== 0) return difference
  if (a instanceof Map && b instanceof Map) return compareDocuments(a, b, collation)
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b, collation)
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id)
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime()
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Binary && b instanceof Binary) return compareBinaries(a, b)
  if (a instanceof Timestamp && b instanceof Timestamp) return compareTimestamps(a, b)
  if (a instanceof BSONRegExp && b instanceof BSONRegExp)
    return compareText(a.pattern, b.pattern) || compareText(a.options, b.options)
  if (a instanceof ScopedCode && b instanceof ScopedCode)
    return compareText(a.code, b.code) || compareDocuments(a.scope, b.scope)
  if (a instanceof Code && b instanceof Code) return compareText(String(a.code), String(b.code))
  if (a instanceof DBPointer && b instanceof DBPointer)
    return compareText(a.namespace, b.namespace) || Buffer.compare(a.id.id, b.id.id)
  if (isText(a) && isText(b)) return compareStrings(text(a), text(b), collation)
  return 0
}

export const valuesEqual = (a: Maybe, b: Maybe, collation?: Collation): boolean =>
  compareValues(a, b, collation) === 0

export const rank = (value: Value): number => RANKS[typeName(value)]

const isText = (value: Value): value is string | BSONSymbol =>
  typeof value === 'string' || value instanceof BSONSymbol
const text = (value: string | BSONSymbol): string => (typeof value === 'string' ? value : value.value)

function compareStrings(a: string, b: string, collation?: Collation): number {
  return collation ? collation.compare(a, b) : compareText(a, b)
}

/** Compares UTF-8 bytes, as MongoDB does. UTF-16 differs only where surrogates are involved. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const surrogateX = x >= 0xd800 && x <= 0xdfff
    const surrogateY = y >= 0xd800 && y <= 0xdfff
    return surrogateX === surrogateY ? x - y : surrogateX ? 1 : -1
  }
  return a.length - b.length
}

/** Compares field by field: type, then name, then value. The shorter document comes first. */
function compareDocuments(a: Document, b: Document, collation?: Collation): number {
  const left = a.entries()
  const right = b.entries()
  for (;;) {
    const x = left.next()
    const y = right.next()
    if (x.done || y.done) return x.done ? (y.done ? 0 : -1) : 1
    const [nameX, valueX] = x.value
    const [nameY, valueY] = y.value
    const order =
      rank(valueX) - rank(valueY) || compareText(nameX, nameY) || compareValues(valueX, valueY, collation)
    if (order !== 0) return order
  }
}

function compareArrays(a: Value[], b: Value[], collation?: Collation): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i], collation)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Compares length, then subtype, then bytes. */
function compareBinaries(a: Binary, b: Binary): number {
  return (
    a.position - b.position ||
    a.sub_type - b.sub_type ||
    Buffer.compare(a.buffer.subarray(0, a.position), b.buffer.subarray(0, b.position))
  )
}

function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.getHighBitsUnsigned() - b.getHighBitsUnsigned() || a.getLowBitsUnsigned() - b.getLowBitsUnsigned()
}
