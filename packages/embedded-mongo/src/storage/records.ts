/** A record's number within its collection. Numbers grow, so natural order is insertion order. */
export type RecordId = number

export const RECORD_BYTES = 6

/** `table number, record`: where a document is kept. */
export function recordKey(collection: number, record: RecordId): Buffer {
  const key = Buffer.allocUnsafe(4 + RECORD_BYTES)
  key.writeUInt32BE(collection, 0)
  key.writeUIntBE(record, 4, RECORD_BYTES)
  return key
}

export const recordOf = (key: Buffer): RecordId => key.readUIntBE(key.length - RECORD_BYTES, RECORD_BYTES)

/** `table number, key, record`: an entry of an index. */
export function entryKey(index: number, key: Buffer, record: RecordId): Buffer {
  const entry = Buffer.allocUnsafe(4 + key.length + RECORD_BYTES)
  entry.writeUInt32BE(index, 0)
  entry.set(key, 4)
  entry.writeUIntBE(record, 4 + key.length, RECORD_BYTES)
  return entry
}

/** Begins every key of a table. */
export function tablePrefix(table: number): Buffer {
  const prefix = Buffer.allocUnsafe(4)
  prefix.writeUInt32BE(table, 0)
  return prefix
}

/** The first key after all keys that begin with `prefix`. */
export function after(prefix: Buffer): Buffer {
  let last = prefix.length - 1
  while (last >= 0 && prefix[last] === 0xff) last--
  const next = Buffer.from(prefix.subarray(0, last + 1))
  if (last >= 0) next[last] = (next[last] as number) + 1
  return next
}
