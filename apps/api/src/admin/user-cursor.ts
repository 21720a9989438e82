import { complain } from '@latchkey/contracts/server'
import { Types } from 'mongoose'

/** What a list is sorted by, of one account. Null: it has none, and comes before all that have one. */
export type SortValue = string | Date | null

/** A place in a sorted list. It stays where it is, whoever comes or goes; `_id` decides between equals. */
export interface Place {
  value: SortValue
  _id: Types.ObjectId
}

export function writeCursor({ value, _id }: Place): string {
  const written = value instanceof Date ? value.getTime() : value
  return Buffer.from(JSON.stringify([written, _id.toHexString()])).toString('base64url')
}

/** Throws AuthError `validation_failed` when we have never written that for a list that is sorted so. */
export function readCursor(cursor: string | undefined, path: string, kind: 'text' | 'date'): Place | null {
  if (cursor === undefined) return null
  const [value, id, ...more] = entriesOf(cursor)
  const isText = kind === 'text' && typeof value === 'string'
  const isDate = kind === 'date' && isTime(value)
  const isValue = value === null || isText || isDate
  if (!isValue || typeof id !== 'string' || !/^[0-9a-f]{24}$/.test(id) || more.length > 0)
    complain(path, 'place_unknown')
  return { value: typeof value === 'number' ? new Date(value) : value, _id: new Types.ObjectId(id) }
}

function entriesOf(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(new Date(value).getTime())

/** As the database sorts them: negative when `a` comes first. */
export const comparePlaces = (a: Place, b: Place): number =>
  compareValues(a.value, b.value) || compare(a._id.toHexString(), b._id.toHexString())

function compareValues(a: SortValue, b: SortValue): number {
  if (a === null || b === null) return compare(a === null ? 0 : 1, b === null ? 0 : 1)
  return compare(a.valueOf(), b.valueOf())
}

const compare = <Value extends string | number | object>(a: Value, b: Value) => (a < b ? -1 : a > b ? 1 : 0)
