import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Int32,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'

/** A BSON document. A Map keeps the order of integer-like keys, which a plain object does not. */
export type Document = Map<string, Value>

/** An encoded document. The encoder copies it as it is. */
export type RawDocument = Buffer

/** BSON's deprecated `undefined` (type 6). JavaScript's `undefined` stands for a missing field instead. */
export class BSONUndefined {
  readonly deprecated = true
}
export const bsonUndefined = new BSONUndefined()

/** BSON's deprecated DBPointer (type 12). */
export class DBPointer {
  readonly namespace: string
  readonly id: ObjectId
  constructor(namespace: string, id: ObjectId) {
    this.namespace = namespace
    this.id = id
  }
}

/** JavaScript code with a scope (type 15). */
export class ScopedCode {
  readonly code: string
  readonly scope: Document
  constructor(code: string, scope: Document) {
    this.code = code
    this.scope = scope
  }
}

/** A `number` is a BSON double, a `bigint` an int64; int32 keeps its wrapper, so that no type is ever guessed. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Int32
  | Decimal128
  | ObjectId
  | Binary
  | BSONRegExp
  | BSONSymbol
  | Timestamp
  | Code
  | ScopedCode
  | DBPointer
  | MinKey
  | MaxKey
  | BSONUndefined
  | Value[]
  | Document
  | RawDocument

/** A value, or `undefined` where the field is missing. */
export type Maybe = Value | undefined

/** BSON type numbers by the alias that `$type` accepts. */
export const TYPE_NUMBERS = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
} as const

export type TypeName = keyof typeof TYPE_NUMBERS

/** A type's place in MongoDB's comparison order. Types of the same rank compare by value. */
export const RANKS: Record<TypeName, number> = {
  minKey: 1,
  undefined: 2,
  null: 5,
  int: 10,
  long: 10,
  double: 10,
  decimal: 10,
  string: 15,
  symbol: 15,
  object: 20,
  array: 25,
  binData: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  dbPointer: 55,
  javascript: 60,
  javascriptWithScope: 65,
  maxKey: 127,
}

export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'double'
    case 'bigint':
      return 'long'
    case 'boolean':
      return 'bool'
  }
  if (value === null) return 'null'
  if (value instanceof Map) return 'object'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Int32) return 'int'
  if (value instanceof ObjectId) return 'objectId'
  if (value instanceof Date) return 'date'
  if (value instanceof Binary) return 'binData'
  if (value instanceof Decimal128) return 'decimal'
  if (value instanceof BSONRegExp) return 'regex'
  if (value instanceof Timestamp) return 'timestamp'
  if (value instanceof BSONUndefined) return 'undefined'
  if (value instanceof BSONSymbol) return 'symbol'
  if (value instanceof ScopedCode) return 'javascriptWithScope'
  if (value instanceof Code) return 'javascript'
  if (value instanceof MinKey) return 'minKey'
  if (value instanceof MaxKey) return 'maxKey'
  if (value instanceof DBPointer) return 'dbPointer'
  return 'object'
}

export const isDocument = (value: Maybe): value is Document => value instanceof Map

/** null, missing and BSON undefined: what most operators treat alike. */
export const isNullish = (value: Maybe): value is null | undefined | BSONUndefined =>
  value === undefined || value === null || value instanceof BSONUndefined

export type Numeric = number | bigint | Int32 | Decimal128
export const isNumeric = (value: Maybe): value is Numeric =>
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  value instanceof Int32 ||
  value instanceof Decimal128

/** `document({ a: 1 })`: a Map from a literal, dropping members that are undefined. */
export function document(members: Record<string, Maybe>): Document {
  const result: Document = new Map()
  for (const [name, value] of Object.entries(members)) if (value !== undefined) result.set(name, value)
  return result
}

export const int = (value: number): Int32 => new Int32(value)
