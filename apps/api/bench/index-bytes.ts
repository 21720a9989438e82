import mongoose from 'mongoose'

/** Where the document is that an entry of an index points to, and what the page keeps of each entry. */
const overheadBytes = 10

/** What a document adds to an index: an entry for each value, or for each element of an array. */
export function indexBytesOf(stored: object, fields: string[]): number {
  const columns = fields.map((field) => valuesAt(stored, field.split('.')))
  // At most one of the fields is an array.
  const entries = Math.max(...columns.map(({ length }) => length))
  const keys = columns.flatMap((values) =>
    values.length === entries ? values : Array(entries).fill(values[0]),
  )
  return entries * overheadBytes + keys.reduce((sum: number, value) => sum + keyBytes(value), 0)
}

function valuesAt(value: unknown, [first, ...rest]: string[]): unknown[] {
  if (Array.isArray(value)) {
    const all = value.flatMap((each) => valuesAt(each, first === undefined ? [] : [first, ...rest]))
    return all.length > 0 ? all : [null]
  }
  if (first === undefined) return [value ?? null]
  const isDocument = typeof value === 'object' && value !== null
  return isDocument ? valuesAt((value as Record<string, unknown>)[first], rest) : [null]
}

/** A type and the value, as MongoDB's keys have them; of text its end as well. */
function keyBytes(value: unknown): number {
  if (typeof value === 'string') return 2 + Buffer.byteLength(value)
  if (value instanceof mongoose.mongo.ObjectId) return 13
  if (value instanceof Date || typeof value === 'number') return 9
  return 1
}
