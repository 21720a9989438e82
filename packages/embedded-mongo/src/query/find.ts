import type { Collection } from '../storage/collection.ts'
import type { RecordId } from '../storage/records.ts'
import { decodeStored } from '../values/bson.ts'
import type { Collation } from '../values/collation.ts'
import type { Document, Maybe } from '../values/types.ts'
import type { Filter, Hit } from './filter.ts'
import { checkHint } from './hint.ts'
import { type Plan, planQuery } from './plan.ts'
import { compileSort, sortBy } from './sort.ts'

export interface Found {
  record: RecordId
  raw: Buffer
  document: Document
  hit: Hit
}

export interface Query {
  filter: Filter
  sort?: Document | undefined
  skip?: number
  /** 0 for no limit. */
  limit?: number
  collation?: Collation | undefined
  hint?: Maybe
}

/** What `explain` reports about an execution. */
export interface Statistics {
  keysExamined: number
  documentsExamined: number
}

/** @throws ServerError `BadValue` (2) for a hint to an index that is not there */
export function planFor(collection: Collection, query: Query): Plan {
  checkHint(collection, query.hint)
  return planQuery(collection, { ...query, filter: query.filter.source })
}

/**
 * The matching documents, in order. Lazy unless it has to sort; it may be paused between documents.
 *
 * @throws ServerError at once, and not when the first document is asked for, for what cannot be planned
 */
export const find = (
  collection: Collection,
  query: Query,
  statistics: Statistics = { keysExamined: 0, documentsExamined: 0 },
): Generator<Found> => foundBy(planFor(collection, query), collection, query, statistics)

function* foundBy(
  plan: Plan,
  collection: Collection,
  query: Query,
  statistics: Statistics,
): Generator<Found> {
  const { skip = 0, limit = 0 } = query
  const matched = matching(collection, plan, query.filter, statistics)
  const ordered =
    query.sort && query.sort.size > 0 && !isSorted(plan)
      ? sortBy(
          matched,
          compileSort(query.sort, query.collation),
          (found) => found.document,
          limit && skip + limit,
        )
      : matched
  let passed = 0
  for (const found of ordered) {
    if (passed++ < skip) continue
    yield found
    if (limit > 0 && passed >= skip + limit) return
  }
}

export const isSorted = (plan: Plan): boolean =>
  plan.kind === 'collection' ? plan.sorted : plan.scans.length === 1 && plan.scans[0]?.sorted === true

function* matching(
  collection: Collection,
  plan: Plan,
  filter: Filter,
  statistics: Statistics,
): Generator<Found> {
  for (const { record, raw } of candidates(collection, plan, statistics)) {
    statistics.documentsExamined++
    const document = decodeStored(raw)
    const hit: Hit = {}
    if (filter.matches(document, hit)) yield { record, raw, document, hit }
  }
}

function* candidates(
  collection: Collection,
  plan: Plan,
  statistics: Statistics,
): Generator<{ record: RecordId; raw: Buffer }> {
  if (plan.kind === 'collection') {
    yield* collection.scan(plan.reverse)
    return
  }
  const bounds = plan.scans.reduce((total, scan) => total + scan.bounds.length, 0)
  const repeats = bounds > 1 || plan.scans.some((scan) => scan.index.multikey)
  const seen = new Set<RecordId>()
  for (const { index, bounds, reverse } of plan.scans)
    for (const { low, high } of bounds)
      for (const record of collection.entries(index, low, high, reverse)) {
        statistics.keysExamined++
        if (repeats && seen.has(record)) continue
        if (repeats) seen.add(record)
        const raw = collection.read(record)
        if (raw) yield { record, raw }
      }
}
