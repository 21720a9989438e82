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
import { ServerError } from '../errors.ts'
import { BSONUndefined, bsonUndefined, DBPointer, type Document, ScopedCode, type Value } from './types.ts'

/** The nesting that MongoDB accepts. It also keeps recursion from overflowing the stack. */
const MAX_DEPTH = 200

const invalid = (message: string) => new ServerError('InvalidBSON', message)

/** Reads one document. Bytes that do not fit the declared lengths are refused. */
export function decodeDocument(bytes: Buffer): Document {
  const reader = new Reader(bytes)
  const result = reader.document(0)
  if (reader.position !== bytes.length)
    throw invalid(`expected a document of ${reader.position} bytes, got ${bytes.length}`)
  return result
}

/**
 * Reads a stored document, which was checked when it was written. Embedded documents are read when they are needed: a
 * filter or an update mostly needs one of many.
 */
export function decodeStored(bytes: Buffer): Document {
  return new Reader(bytes, true).document(0)
}

/**
 * The names of the elements that two stored documents do not have alike, byte for byte. Null: they do not have the same names
 * in the same order, and anything may differ.
 */
export function changedNames(before: Buffer, after: Buffer): Set<string> | null {
  const changed = new Set<string>()
  const [old, young] = [new Reader(before, true), new Reader(after, true)]
  old.position = 4
  young.position = 4
  for (;;) {
    const [was, is] = [old.nextElement(), young.nextElement()]
    if (!was || !is) return was === is ? changed : null
    const { start, nameEnd, end } = was
    if (before.compare(after, is.start + 1, is.nameEnd, start + 1, nameEnd) !== 0) return null
    if (before.compare(after, is.start, is.end, start, end) !== 0)
      changed.add(before.toString('utf8', start + 1, nameEnd))
  }
}

/** The length of the document at `offset`, checked against the bytes there. */
export function documentLength(bytes: Buffer, offset: number): number {
  if (offset + 5 > bytes.length)
    throw invalid(`expected a document of at least 5 bytes, got ${bytes.length - offset}`)
  const length = bytes.readInt32LE(offset)
  if (length < 5 || offset + length > bytes.length)
    throw invalid(`expected a document of ${length} bytes, got ${bytes.length - offset}`)
  return length
}

class Reader {
  position = 0
  private readonly bytes: Buffer
  private readonly stored: boolean

  constructor(bytes: Buffer, stored = false) {
    this.bytes = bytes
    this.stored = stored
  }

  document(depth: number): Document {
    const result: Document = new Map()
    this.elements(depth, (name, value) => result.set(name, value))
    return result
  }

  /** The value of one element of the document that starts here. The others are skipped. */
  pick(wanted: Buffer): Value | undefined {
    const end = this.position + this.bytes.readInt32LE(this.position) - 1
    this.position += 4
    while (this.position < end) {
      const type = this.bytes[this.position++]
      const nameEnd = this.bytes.indexOf(0, this.position)
      const found =
        nameEnd - this.position === wanted.length &&
        this.bytes.compare(wanted, 0, wanted.length, this.position, nameEnd) === 0
      this.position = nameEnd + 1
      if (found) return this.value(type, 0)
      this.skip(type)
    }
    return undefined
  }

  /** Moves past an element of the document at hand: where it was. Undefined: there is none. */
  nextElement(): { start: number; nameEnd: number; end: number } | undefined {
    const start = this.position
    const type = this.bytes[this.position]
    if (!type) return undefined
    const nameEnd = this.bytes.indexOf(0, start + 1)
    this.position = nameEnd + 1
    this.skip(type)
    return { start, nameEnd, end: this.position }
  }

  private skip(type: number | undefined): void {
    const { bytes, position } = this
    const fixed = type === undefined ? undefined : FIXED_BYTES[type]
    if (fixed !== undefined) this.position += fixed
    else if (type === 3 || type === 4 || type === 15) this.position += bytes.readInt32LE(position)
    else if (type === 2 || type === 13 || type === 14) this.position += 4 + bytes.readInt32LE(position)
    else if (type === 5) this.position += 5 + bytes.readInt32LE(position)
    else this.value(type, 0)
  }

  /** Moves past the document that starts here. */
  private later(): Document {
    const start = this.position
    this.position += this.bytes.readInt32LE(start)
    return new StoredDocument(this.bytes, start)
  }

  private array(depth: number): Value[] {
    const result: Value[] = []
    this.elements(depth, (_, value) => result.push(value))
    return result
  }

  private elements(depth: number, add: (name: string, value: Value) => void): void {
    if (depth > MAX_DEPTH)
      throw new ServerError('Overflow', `BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`)
    const end = this.position + documentLength(this.bytes, this.position)
    this.position += 4
    while (this.position < end - 1) {
      const type = this.bytes[this.position++]
      const name = this.cstring(end)
      add(name, this.value(type, depth))
    }
    if (this.position !== end - 1 || this.bytes[this.position] !== 0)
      throw invalid(`expected a document to end at byte ${end}, got ${this.position}`)
    this.position = end
  }

  private take(length: number): number {
    const start = this.position
    if (length < 0 || start + length > this.bytes.length)
      throw invalid(`expected at least ${length} bytes, got ${this.bytes.length - start}`)
    this.position = start + length
    return start
  }

  private cstring(limit: number): string {
    const end = this.bytes.indexOf(0, this.position)
    if (end < 0 || end >= limit) throw invalid(`expected a terminated name before byte ${limit}`)
    const text = this.bytes.toString('utf8', this.position, end)
    this.position = end + 1
    return text
  }

  private string(): string {
    const length = this.bytes.readInt32LE(this.take(4))
    if (length < 1) throw invalid(`expected a string length of at least 1, got ${length}`)
    const start = this.take(length)
    if (this.bytes[start + length - 1] !== 0) throw invalid('expected a string to end with a zero byte')
    return this.bytes.toString('utf8', start, start + length - 1)
  }

  private objectId(): ObjectId {
    const start = this.take(12)
    return new ObjectId(this.bytes.subarray(start, start + 12))
  }

  private binary(): Binary {
    const length = this.bytes.readInt32LE(this.take(4))
    const subtype = this.bytes[this.take(1)] ?? 0
    const start = this.take(length)
    // Subtype 2 repeats its length inside. It is kept as it is, so that it goes out as it came in.
    return new Binary(Buffer.from(this.bytes.subarray(start, start + length)), subtype)
  }

  private value(type: number | undefined, depth: number): Value {
    switch (type) {
      case 1:
        return this.bytes.readDoubleLE(this.take(8))
      case 2:
        return this.string()
      case 3:
        return this.stored ? this.later() : this.document(depth + 1)
      case 4:
        return this.array(depth + 1)
      case 5:
        return this.binary()
      case 6:
        return bsonUndefined
      case 7:
        return this.objectId()
      case 8: {
        const byte = this.bytes[this.take(1)]
        if (byte !== 0 && byte !== 1) throw invalid(`expected a boolean of 0 or 1, got ${byte}`)
        return byte === 1
      }
      case 9:
        return new Date(Number(this.bytes.readBigInt64LE(this.take(8))))
      case 10:
        return null
      case 11:
        return new BSONRegExp(this.cstring(this.bytes.length), this.cstring(this.bytes.length))
      case 12:
        return new DBPointer(this.string(), this.objectId())
      case 13:
        return new Code(this.string())
      case 14:
        return new BSONSymbol(this.string())
      case 15:
        this.take(4)
        return new ScopedCode(this.string(), this.document(depth + 1))
      case 16:
        return new Int32(this.bytes.readInt32LE(this.take(4)))
      case 17:
        return new Timestamp(this.bytes.readBigUInt64LE(this.take(8)))
      case 18:
        return this.bytes.readBigInt64LE(this.take(8))
      case 19: {
        const start = this.take(16)
        return new Decimal128(Uint8Array.prototype.slice.call(this.bytes, start, start + 16))
      }
      case 0xff:
        return new MinKey()
      case 0x7f:
        return new MaxKey()
      default:
        throw invalid(`expected a BSON type, got ${type}`)
    }
  }
}

/** Payloads that always have the same length, by type. */
const FIXED_BYTES: Record<number, number> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
  19: 16,
  127: 0,
  255: 0,
}

/** An embedded document, read when it is first used. Until then it is encoded by copying its bytes. */
class StoredDocument extends Map<string, Value> {
  private bytes: Buffer | undefined
  private readonly start: number

  constructor(bytes: Buffer, start: number) {
    super()
    this.bytes = bytes
    this.start = start
  }

  /** The bytes it came from; undefined once somebody may have changed it. */
  get unread(): Buffer | undefined {
    return this.bytes?.subarray(this.start, this.start + this.bytes.readInt32LE(this.start))
  }

  override get(name: string): Value | undefined {
    if (this.bytes) {
      const reader = new Reader(this.bytes, true)
      reader.position = this.start
      const value = reader.pick(nameBytes(name))
      // A value that can be changed in place must come from a single copy.
      if (typeof value !== 'object' || value === null || value instanceof ObjectId) return value
      this.read()
    }
    return super.get(name)
  }

  override has(name: string): boolean {
    this.read()
    return super.has(name)
  }

  override set(name: string, value: Value): this {
    // Map's own constructor may call this, before there are bytes.
    if (this.bytes) this.read()
    return super.set(name, value)
  }

  override delete(name: string): boolean {
    this.read()
    return super.delete(name)
  }

  override clear(): void {
    this.bytes = undefined
    super.clear()
  }

  override get size(): number {
    this.read()
    return super.size
  }

  override forEach(visit: (value: Value, name: string, map: Map<string, Value>) => void): void {
    this.read()
    super.forEach(visit)
  }

  override entries() {
    this.read()
    return super.entries()
  }

  override keys() {
    this.read()
    return super.keys()
  }

  override values() {
    this.read()
    return super.values()
  }

  override [Symbol.iterator]() {
    return this.entries()
  }

  private read(): void {
    if (!this.bytes) return
    const reader = new Reader(this.bytes, true)
    reader.position = this.start
    this.bytes = undefined
    for (const [name, value] of reader.document(0)) super.set(name, value)
  }
}

/** Names in bytes. Few are used, over and over. */
const names = new Map<string, Buffer>()
const MAX_NAMES = 1000

function nameBytes(name: string): Buffer {
  let bytes = names.get(name)
  if (!bytes) {
    if (names.size >= MAX_NAMES) names.clear()
    bytes = Buffer.from(name)
    names.set(name, bytes)
  }
  return bytes
}

/** Encodes a document. Members that are raw documents are copied byte for byte. */
export function encodeDocument(value: Document): Buffer {
  writer.position = 0
  writer.document(value)
  return Buffer.from(writer.bytes.subarray(0, writer.position))
}

class Writer {
  bytes = Buffer.allocUnsafe(1 << 16)
  position = 0

  document(value: Document): void {
    const start = this.open()
    for (const [name, member] of value) this.element(name, member)
    this.close(start)
  }

  private array(values: Value[]): void {
    const start = this.open()
    for (const [index, member] of values.entries()) this.element(String(index), member)
    this.close(start)
  }

  private open(): number {
    return this.reserve(4)
  }

  private close(start: number): void {
    this.byte(0)
    this.bytes.writeInt32LE(this.position - start, start)
  }

  private reserve(length: number): number {
    const start = this.position
    if (start + length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, start + length))
      this.bytes.copy(larger, 0, 0, start)
      this.bytes = larger
    }
    this.position = start + length
    return start
  }

  private byte(value: number): void {
    const at = this.reserve(1)
    this.bytes[at] = value
  }

  private int32(value: number): void {
    const at = this.reserve(4)
    this.bytes.writeInt32LE(value, at)
  }

  private raw(value: Uint8Array): void {
    const at = this.reserve(value.length)
    this.bytes.set(value, at)
  }

  private cstring(text: string): void {
    if (text.includes('\0'))
      throw new ServerError('BadValue', 'a field name or pattern may not hold a zero byte')
    const at = this.reserve(text.length * 3 + 1)
    const written = this.bytes.write(text, at)
    this.bytes[at + written] = 0
    this.position = at + written + 1
  }

  private string(text: string): void {
    const at = this.reserve(text.length * 3 + 5)
    const written = this.bytes.write(text, at + 4)
    this.bytes.writeInt32LE(written + 1, at)
    this.bytes[at + 4 + written] = 0
    this.position = at + 5 + written
  }

  private element(name: string, value: Value): void {
    const type = this.position
    this.byte(0)
    this.cstring(name)
    const number = this.value(value)
    this.bytes[type] = number
  }

  /** Writes the payload and returns the type's number. */
  private value(value: Value): number {
    switch (typeof value) {
      case 'string':
        this.string(value)
        return 2
      case 'number': {
        const at = this.reserve(8)
        this.bytes.writeDoubleLE(value, at)
        return 1
      }
      case 'bigint': {
        const at = this.reserve(8)
        this.bytes.writeBigInt64LE(value, at)
        return 18
      }
      case 'boolean':
        this.byte(value ? 1 : 0)
        return 8
    }
    if (value === null) return 10
    if (value instanceof Map) {
      const unread = value instanceof StoredDocument ? value.unread : undefined
      if (unread) this.raw(unread)
      else this.document(value)
      return 3
    }
    if (Array.isArray(value)) {
      this.array(value)
      return 4
    }
    if (value instanceof Int32) {
      this.int32(value.value)
      return 16
    }
    if (value instanceof ObjectId) {
      this.raw(value.id)
      return 7
    }
    if (value instanceof Date) {
      const at = this.reserve(8)
      const time = value.getTime()
      this.bytes.writeBigInt64LE(BigInt(Number.isNaN(time) ? 0 : time), at)
      return 9
    }
    if (Buffer.isBuffer(value)) {
      this.raw(value)
      return 3
    }
    if (value instanceof Binary) {
      this.int32(value.position)
      this.byte(value.sub_type)
      this.raw(value.buffer.subarray(0, value.position))
      return 5
    }
    if (value instanceof Decimal128) {
      this.raw(value.bytes)
      return 19
    }
    if (value instanceof BSONRegExp) {
      this.cstring(value.pattern)
      this.cstring(value.options)
      return 11
    }
    if (value instanceof Timestamp) {
      const at = this.reserve(8)
      this.bytes.writeBigUInt64LE(
        (BigInt(value.getHighBitsUnsigned()) << 32n) | BigInt(value.getLowBitsUnsigned()),
        at,
      )
      return 17
    }
    if (value instanceof BSONUndefined) return 6
    if (value instanceof BSONSymbol) {
      this.string(value.value)
      return 14
    }
    if (value instanceof ScopedCode) {
      const start = this.open()
      this.string(value.code)
      this.document(value.scope)
      this.bytes.writeInt32LE(this.position - start, start)
      return 15
    }
    if (value instanceof Code) {
      this.string(value.code)
      return 13
    }
    if (value instanceof DBPointer) {
      this.string(value.namespace)
      this.raw(value.id.id)
      return 12
    }
    return value instanceof MinKey ? 0xff : 0x7f
  }
}

const writer = new Writer()

/** A deep copy that shares no array or document with the original. */
export function cloneValue<T extends Value>(value: T): T
export function cloneValue(value: Value): Value {
  if (value instanceof Map) return cloneDocument(value)
  if (Array.isArray(value)) return value.map((member) => cloneValue(member))
  return value
}

export function cloneDocument(value: Document): Document {
  const copy: Document = new Map()
  for (const [name, member] of value) copy.set(name, cloneValue(member))
  return copy
}
