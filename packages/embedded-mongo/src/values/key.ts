import { createHash } from 'node:crypto'
import { Binary, BSONRegExp, BSONSymbol, Code, ObjectId, Timestamp } from 'bson'
import type { Collation } from './collation.ts'
import { floorDouble } from './numbers.ts'
import {
  bsonUndefined,
  DBPointer,
  type Document,
  isNumeric,
  type Maybe,
  RANKS,
  ScopedCode,
  typeName,
} from './types.ts'

/**
 * A key that sorts as its value does: `Buffer.compare(encodeKey(a), encodeKey(b))` has the sign of
 * `compareValues(a, b)`. No key is a prefix of another, so the keys of several fields can be joined.
 *
 * Each value starts with its type's rank. Strings end with 00 00 and write an inner 00 as 00 FF.
 */
export function encodeKey(value: Maybe, descending = false, collation?: Collation): Buffer {
  if (typeof value === 'string' && !collation) {
    const key = text(RANKS.string, value)
    return descending ? invert(key) : key
  }
  const parts: Buffer[] = []
  append(parts, value === undefined ? bsonUndefined : value, collation)
  const key = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
  return descending ? invert(key) : key
}

/** LMDB takes keys of up to 1,978 bytes. The index's and the record's numbers come on top of this. */
export const MAX_KEY_BYTES = 1900
const HASH_BYTES = 32

/** A long key is cut, and a hash of the whole added: equal keys stay equal, but order is only approximate. */
export function clipKey(key: Buffer): Buffer {
  if (key.length <= MAX_KEY_BYTES) return key
  const hash = createHash('sha256').update(key).digest()
  return Buffer.concat([key.subarray(0, MAX_KEY_BYTES - HASH_BYTES), hash])
}

/** The part of a bound that a clipped key keeps. */
export const clipBound = (bound: Buffer): Buffer =>
  bound.length <= MAX_KEY_BYTES - HASH_BYTES ? bound : bound.subarray(0, MAX_KEY_BYTES - HASH_BYTES)

/** The byte that every key of a type's rank begins with. */
export function rankPrefix(rank: number, descending: boolean): Buffer {
  return Buffer.from([descending ? 255 - rank : rank])
}

function invert(key: Buffer): Buffer {
  const inverted = Buffer.allocUnsafe(key.length)
  for (let i = 0; i < key.length; i++) inverted[i] = 255 - (key[i] as number)
  return inverted
}

function append(parts: Buffer[], value: Exclude<Maybe, undefined>, collation?: Collation): void {
  const type = RANKS[typeName(value)]
  if (isNumeric(value)) {
    parts.push(number(type, value))
    return
  }
  if (typeof value === 'string' || value instanceof BSONSymbol) {
    const plain = typeof value === 'string' ? value : value.value
    parts.push(text(type, collation ? collation.fold(plain) : plain))
    return
  }
  if (value instanceof ObjectId) {
    parts.push(Buffer.concat([Buffer.from([type]), value.id]))
    return
  }
  if (value instanceof Date) {
    parts.push(signed(type, BigInt(Number.isNaN(value.getTime()) ? 0 : value.getTime())))
    return
  }
  if (typeof value === 'boolean') {
    parts.push(Buffer.from([type, value ? 1 : 0]))
    return
  }
  if (value instanceof Map) {
    appendDocument(parts, type, value, collation)
    return
  }
  if (Array.isArray(value)) {
    parts.push(Buffer.from([type]))
    for (const member of value) append(parts, member, collation)
    parts.push(END)
    return
  }
  if (value instanceof Binary) {
    const head = Buffer.allocUnsafe(6)
    head[0] = type
    head.writeUInt32BE(value.position, 1)
    head[5] = value.sub_type
    parts.push(head, Buffer.from(value.buffer.subarray(0, value.position)))
    return
  }
  if (value instanceof Timestamp) {
    const key = Buffer.allocUnsafe(9)
    key[0] = type
    key.writeUInt32BE(value.getHighBitsUnsigned(), 1)
    key.writeUInt32BE(value.getLowBitsUnsigned(), 5)
    parts.push(key)
    return
  }
  if (value instanceof BSONRegExp) {
    parts.push(text(type, value.pattern), text(type, value.options))
    return
  }
  if (value instanceof ScopedCode) {
    parts.push(text(type, value.code))
    append(parts, value.scope)
    return
  }
  if (value instanceof Code) {
    parts.push(text(type, String(value.code)))
    return
  }
  if (value instanceof DBPointer) {
    parts.push(text(type, value.namespace), Buffer.from(value.id.id))
    return
  }
  parts.push(Buffer.from([type]))
}

/** Smaller than every rank, so that a shorter document or array comes first. */
const END = Buffer.from([0])

function appendDocument(parts: Buffer[], type: number, value: Document, collation?: Collation): void {
  parts.push(Buffer.from([type]))
  for (const [name, member] of value) {
    parts.push(text(RANKS[typeName(member)], name))
    append(parts, member, collation)
  }
  parts.push(END)
}

function text(type: number, value: string): Buffer {
  const bytes = Buffer.byteLength(value)
  if (!value.includes('\0')) {
    const key = Buffer.allocUnsafe(bytes + 3)
    key[0] = type
    key.write(value, 1)
    key.writeUInt16BE(0, bytes + 1)
    return key
  }
  const escaped: number[] = [type]
  for (const byte of Buffer.from(value)) {
    escaped.push(byte)
    if (byte === 0) escaped.push(0xff)
  }
  escaped.push(0, 0)
  return Buffer.from(escaped)
}

function signed(type: number, value: bigint): Buffer {
  const key = Buffer.allocUnsafe(9)
  key[0] = type
  key.writeBigUInt64BE(BigInt.asUintN(64, value) ^ (1n << 63n), 1)
  return key
}

/** The largest double not above the number, as bytes that sort, then how far the number is above it. */
function number(type: number, value: Parameters<typeof floorDouble>[0]): Buffer {
  const { floor, rest } = floorDouble(value)
  const key = Buffer.alloc(rest === 0n ? 10 : 18)
  key[0] = type
  if (Number.isNaN(floor)) return key
  // -0 and 0 are one value.
  key.writeDoubleBE(floor === 0 ? 0 : floor, 1)
  const negative = (key[1] as number) >= 0x80
  if (negative) for (let i = 1; i < 9; i++) key[i] = 255 - (key[i] as number)
  else key[1] = (key[1] as number) | 0x80
  if (rest !== 0n) {
    key[9] = 1
    key.writeBigUInt64BE(rest, 10)
  }
  return key
}
