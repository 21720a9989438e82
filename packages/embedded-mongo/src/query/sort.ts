import { ServerError } from '../errors.ts'
import type { Collation } from '../values/collation.ts'
import { compareValues } from '../values/compare.ts'
import { fieldPath } from '../values/field-path.ts'
import { toDouble } from '../values/numbers.ts'
import { reach } from '../values/paths.ts'
import {
  bsonUndefined,
  type Document,
  isDocument,
  isNumeric,
  type Maybe,
  type Value,
} from '../values/types.ts'

export interface Order {
  /** The values to sort by, taken once per document. */
  key(document: Document): Value[]
  compare(a: Value[], b: Value[]): number
}

/** @throws ServerError `BadValue` for a direction other than 1 and -1 */
export function compileSort(spec: Document, collation?: Collation): Order {
  const fields = [...spec]
    .filter(([name]) => name !== '$natural')
    .map(([name, direction]) => ({ path: fieldPath(name), descending: isDescending(name, direction) }))
  return {
    key: (document) => fields.map(({ path, descending }) => sortValue(document, path, descending, collation)),
    compare: (a, b) => {
      for (const [i, { descending }] of fields.entries()) {
        const order = compareValues(a[i], b[i], collation)
        if (order !== 0) return descending ? -order : order
      }
      return 0
    },
  }
}

function isDescending(name: string, direction: Maybe): boolean {
  if (isDocument(direction))
    throw new ServerError('BadValue', 'sorting by $meta is not supported by the embedded database')
  if (!isNumeric(direction))
    throw new ServerError(
      'Location15974',
      `Illegal key in $sort specification: ${name}: ${String(direction)}`,
    )
  const value = toDouble(direction)
  if (value !== 1 && value !== -1)
    throw new ServerError(
      'Location15975',
      '$sort key ordering must be 1 (for ascending) or -1 (for descending)',
    )
  return value < 0
}

/** An array sorts by its smallest element, or its largest if descending; an empty one as BSON undefined. */
function sortValue(document: Document, path: string[], descending: boolean, collation?: Collation): Value {
  let best: Maybe
  let elements = 0
  let whole: Maybe
  reach(document, path, (value) => {
    if (Array.isArray(value)) {
      whole = value
      if (elements > 0 || value.length === 0) return false
    }
    elements++
    const candidate = value === undefined ? null : value
    const order = best === undefined ? 0 : compareValues(candidate, best, collation)
    if (best === undefined || (descending ? order > 0 : order < 0)) best = candidate
    return false
  })
  if (best !== undefined) return best
  return whole === undefined ? null : bsonUndefined
}

/** Sorts stably; with a limit it keeps no more than that many. */
export function sortBy<T>(
  items: Iterable<T>,
  order: Order,
  documentOf: (item: T) => Document,
  limit = 0,
): T[] {
  let keyed: { item: T; key: Value[] }[] = []
  const byKey = (a: { key: Value[] }, b: { key: Value[] }): number => order.compare(a.key, b.key)
  for (const item of items) {
    keyed.push({ item, key: order.key(documentOf(item)) })
    if (limit > 0 && keyed.length >= Math.max(2 * limit, 1000)) keyed = keyed.sort(byKey).slice(0, limit)
  }
  const sorted = keyed.sort(byKey).map(({ item }) => item)
  return limit > 0 ? sorted.slice(0, limit) : sorted
}
