import { BSONRegExp, MaxKey, MinKey } from 'bson'
import type { Collection, Index } from '../storage/collection.ts'
import { sameDocument } from '../storage/index-spec.ts'
import { after } from '../storage/records.ts'
import type { Collation } from '../values/collation.ts'
import { rank } from '../values/compare.ts'
import { clipBound, encodeKey, MAX_KEY_BYTES, rankPrefix } from '../values/key.ts'
import {
  bsonUndefined,
  type Document,
  isDocument,
  isNullish,
  type Maybe,
  RANKS,
  type Value,
} from '../values/types.ts'
import { isOperators } from './operators.ts'
import { literalPrefix } from './regex.ts'

/** Keys of an index from `low` up to but not including `high`. */
export interface Bounds {
  low: Buffer
  high: Buffer
}

export interface IndexScan {
  index: Index
  bounds: Bounds[]
  reverse: boolean
  /** The scan yields documents in the requested order. */
  sorted: boolean
}

/** How to read all documents that a filter may match. */
export type Plan =
  | { kind: 'collection'; reverse: boolean; sorted: boolean }
  | { kind: 'index'; scans: IndexScan[] }

export interface PlanRequest {
  filter: Document
  sort?: Document | undefined
  collation?: Collation | undefined
  hint?: Maybe
}

/** What a filter requires of a path, as far as an index can use it. */
interface Demand {
  points?: Value[]
  low?: Value
  high?: Value
  /** Excludes null and missing, so a sparse index holds every match. */
  present: boolean
  prefix?: string
}

/** Picks the index with the most fields fixed by the filter, and among those one that also sorts. */
export function planQuery(collection: Collection, request: PlanRequest): Plan {
  const demands = demandsOf(request.filter)
  const natural = request.sort?.get('$natural')
  if (natural !== undefined || hinted(request.hint, '$natural'))
    return { kind: 'collection', reverse: String(natural) === '-1', sorted: true }
  let best: { scan: IndexScan; score: number } | undefined
  for (const index of collection.indexes) {
    if (request.hint !== undefined && !isHint(index, request.hint)) continue
    if (!isOfUse(index, request, demands)) continue
    if (!usable(index, request, demands)) continue
    const { scan, score } = scanOf(index, request, demands)
    if (score === 0 && request.hint === undefined) continue
    if (!best || score > best.score) best = { scan, score }
  }
  if (best) return { kind: 'index', scans: [best.scan] }
  return unionOf(collection, request) ?? { kind: 'collection', reverse: false, sorted: false }
}

/** An index neither bounds nor sorts anything where nothing is asked of its first field. Most are passed over by this. */
const isOfUse = ({ spec }: Index, { sort, hint }: PlanRequest, demands: Map<string, Demand>): boolean =>
  sort !== undefined || hint !== undefined || demands.has(spec.fields[0]?.name ?? '')

const hinted = (hint: Maybe, name: string): boolean => isDocument(hint) && hint.has(name)

export function isHint(index: Index, hint: Maybe): boolean {
  return hint === index.spec.name || (isDocument(hint) && sameDocument(hint, index.spec.key))
}

/** A plan for `$or`, if every branch has an index. */
function unionOf(collection: Collection, request: PlanRequest): Plan | undefined {
  const branches = request.filter.get('$or')
  if (!Array.isArray(branches) || request.hint !== undefined) return undefined
  const scans: IndexScan[] = []
  for (const branch of branches) {
    if (!isDocument(branch)) return undefined
    const plan = planQuery(collection, { filter: branch, collation: request.collation })
    if (plan.kind !== 'index') return undefined
    scans.push(...plan.scans)
  }
  return { kind: 'index', scans: scans.map((scan) => ({ ...scan, sorted: false })) }
}

/** Whether the index holds every document that the filter can match. */
function usable(index: Index, { filter, collation }: PlanRequest, demands: Map<string, Demand>): boolean {
  const { spec } = index
  if (spec.source.get('hidden') === true) return false
  if (spec.sparse && !spec.fields.some((field) => demands.get(field.name)?.present)) return false
  if (spec.filter && !implies(filter, demands, spec.filter.source)) return false
  return spec.collation === undefined && collation === undefined
    ? true
    : sameDocument(spec.collation?.spec, collation?.spec) || !mentionsText(index, demands)
}

/** Whether strings may be involved. Only they sort differently under another collation. */
function mentionsText(index: Index, demands: Map<string, Demand>): boolean {
  return index.spec.fields.some((field) => {
    const demand = demands.get(field.name)
    if (!demand) return true
    const values = [
      ...(demand.points ?? []),
      ...[demand.low, demand.high].filter((value) => value !== undefined),
    ]
    return (
      values.length === 0 || demand.prefix !== undefined || values.some((value) => TEXTUAL.has(rank(value)))
    )
  })
}

/** A partial index serves a filter that repeats its condition, or requires a value where it requires existence. */
function implies(filter: Document, demands: Map<string, Demand>, condition: Document): boolean {
  const conjuncts = conjunctsOf(filter)
  return conjunctsOf(condition).every(([path, wanted]) => {
    if (
      conjuncts.some(
        ([other, value]) => other === path && sameDocument(new Map([['', value]]), new Map([['', wanted]])),
      )
    )
      return true
    return (
      isDocument(wanted) &&
      wanted.size === 1 &&
      wanted.get('$exists') === true &&
      demands.get(path)?.present === true
    )
  })
}

function conjunctsOf(filter: Document): [string, Value][] {
  return [...filter].flatMap(([name, value]): [string, Value][] => {
    if (name === '$and' && Array.isArray(value)) return value.filter(isDocument).flatMap(conjunctsOf)
    if (isOperators(value) && value.size > 1 && !value.has('$regex'))
      return [...value].map(([operator, operand]) => [name, new Map([[operator, operand]])])
    if (isOperators(value) && value.has('$eq')) return [[name, value.get('$eq') as Value]]
    return [[name, value]]
  })
}

function demandsOf(filter: Document, prefix = ''): Map<string, Demand> {
  const demands = new Map<string, Demand>()
  for (const [name, value] of conjunctsOf(filter)) {
    if (name.startsWith('$')) continue
    const path = prefix + name
    const elements = isOperators(value) ? value.get('$elemMatch') : undefined
    if (isDocument(elements) && !isOperators(elements)) {
      // A condition on the elements is a condition on the paths below them.
      for (const [below, demand] of demandsOf(elements, `${path}.`))
        if (!demands.has(below)) demands.set(below, demand)
      continue
    }
    const demand = demandOf(value)
    if (!demand) continue
    const before = demands.get(path)
    if (!before) demands.set(path, demand)
    else if (!before.points) demands.set(path, demand.points ? demand : merge(before, demand))
  }
  return demands
}

const merge = (a: Demand, b: Demand): Demand => ({ ...b, ...a, present: a.present || b.present })

function demandOf(value: Value): Demand | undefined {
  if (value instanceof BSONRegExp) return regexDemand(value.pattern, value.options)
  if (!isOperators(value)) return { points: [value], present: !isNullish(value) }
  for (const [operator, operand] of value) {
    switch (operator) {
      case '$eq':
        return { points: [operand], present: !isNullish(operand) }
      case '$in':
        if (!Array.isArray(operand) || operand.some((member) => member instanceof BSONRegExp))
          return undefined
        return { points: operand, present: !operand.some(isNullish) }
      case '$gt':
      case '$gte':
        return isNullish(operand) || isExtreme(operand) ? undefined : { low: operand, present: true }
      case '$lt':
      case '$lte':
        return isNullish(operand) || isExtreme(operand) ? undefined : { high: operand, present: true }
      case '$exists':
        return operand === true ? { present: true } : undefined
      case '$regex': {
        const options = value.get('$options')
        if (operand instanceof BSONRegExp)
          return regexDemand(operand.pattern, String(options ?? operand.options))
        return typeof operand === 'string' ? regexDemand(operand, String(options ?? '')) : undefined
      }
      case '$all':
        if (!Array.isArray(operand) || operand.length === 0) return undefined
        return operand[0] === undefined ? undefined : demandOf(operand[0])
    }
  }
  return undefined
}

/** Ranks of what is, or may hold, text. */
const TEXTUAL: ReadonlySet<number> = new Set([RANKS.string, RANKS.object, RANKS.array])

const isExtreme = (value: Value): boolean => value instanceof MinKey || value instanceof MaxKey

function regexDemand(pattern: string, options: string): Demand {
  const prefix = literalPrefix(pattern, options)
  return prefix === undefined ? { present: true } : { prefix, present: true }
}

const EVERYTHING: Bounds = { low: Buffer.alloc(0), high: Buffer.from([0xff]) }
/** More points than this are cheaper as one range. */
const MAX_BOUNDS = 1000

function scanOf(
  index: Index,
  request: PlanRequest,
  demands: Map<string, Demand>,
): { scan: IndexScan; score: number } {
  const { fields, collation } = index.spec
  let prefixes: Buffer[] = [Buffer.alloc(0)]
  let bounds: Bounds[] | undefined
  let pinned = 0
  let ranged = 0
  const bounded: string[] = []
  for (const field of fields) {
    const demand = demands.get(field.name)
    // Different elements of one array may match two fields, which a single key cannot show.
    if (!demand || (index.multikey && bounded.some((name) => sharesRoot(name, field.name)))) break
    const encode = (value: Value): Buffer => encodeKey(value, field.descending, collation)
    if (demand.points && prefixes.length * demand.points.length <= MAX_BOUNDS) {
      prefixes = prefixes.flatMap((prefix) =>
        (demand.points ?? []).flatMap((point) =>
          pointKeys(point).map((value) => Buffer.concat([prefix, encode(value)])),
        ),
      )
      bounded.push(field.name)
      pinned++
      continue
    }
    const { descending } = field
    const ranges = rangesOf(demand, {
      descending,
      multikey: index.multikey,
      collated: collation !== undefined,
      encode,
    })
    if (ranges) {
      bounds = prefixes.flatMap((prefix) =>
        ranges.map(({ low, high }) => ({
          low: Buffer.concat([prefix, low]),
          high: Buffer.concat([prefix, high]),
        })),
      )
      ranged = 1
    }
    break
  }
  bounds ??= pinned > 0 ? prefixes.map((prefix) => ({ low: prefix, high: after(prefix) })) : [EVERYTHING]
  const unique = dedupe(bounds.map(clip))
  const order = sortDirection(index, request.sort, pinned, unique.length, demands)
  const sorted = order !== undefined
  const score =
    pinned * 100 +
    ranged * 50 +
    (sorted && request.sort ? 10 : 0) +
    (index.spec.unique && pinned === fields.length ? 5 : 0)
  return { scan: { index, bounds: unique, reverse: order === 'reverse', sorted }, score }
}

/** null also matches BSON undefined. An array is indexed by its elements, but whole if it is inside another one. */
function pointKeys(point: Value): Value[] {
  if (isNullish(point)) return [null, bsonUndefined]
  return Array.isArray(point) ? [point, point[0] ?? bsonUndefined] : [point]
}

function rangesOf(
  demand: Demand,
  {
    descending,
    multikey,
    collated,
    encode,
  }: { descending: boolean; multikey: boolean; collated: boolean; encode: (value: Value) => Buffer },
): Bounds[] | undefined {
  if (demand.prefix !== undefined)
    return collated ? undefined : prefixRanges(demand.prefix, descending, encode)
  // Different elements may satisfy the two bounds, so only one bound can limit the scan.
  const low = demand.low
  const high = multikey && low !== undefined ? undefined : demand.high
  const anchor = low ?? high
  if (anchor === undefined) return undefined
  if (low !== undefined && high !== undefined && rank(low) !== rank(high)) return undefined
  const kind = rank(anchor)
  // An array compares as a whole, which is not in the index. Folded text has a different order.
  if (kind === RANKS.array || (collated && TEXTUAL.has(kind))) return undefined
  const first = rankPrefix(kind, descending)
  const [from, to] = descending ? [high, low] : [low, high]
  return [
    {
      low: from === undefined ? first : encode(from),
      high: to === undefined ? after(first) : after(encode(to)),
    },
  ]
}

/** A string's key ends with 00 00; without them it is a prefix. A stored regular expression may match as well. */
function prefixRanges(prefix: string, descending: boolean, encode: (value: Value) => Buffer): Bounds[] {
  const low = encode(prefix).subarray(0, -2)
  const expressions = rankPrefix(RANKS.regex, descending)
  return [
    { low, high: after(low) },
    { low: expressions, high: after(expressions) },
  ]
}

/** Widens bounds that are longer than a key can be. */
function clip({ low, high }: Bounds): Bounds {
  const long = low.length > MAX_KEY_BYTES - 64 || high.length > MAX_KEY_BYTES - 64
  return long ? { low: clipBound(low), high: after(clipBound(high)) } : { low, high }
}

function dedupe(bounds: Bounds[]): Bounds[] {
  const sorted = [...bounds].sort((a, b) => Buffer.compare(a.low, b.low))
  return sorted.filter((bound, i) => i === 0 || !(sorted[i - 1] as Bounds).low.equals(bound.low))
}

const sharesRoot = (a: string, b: string): boolean => a.split('.')[0] === b.split('.')[0]

/** The direction in which the index yields the sort order. Fields that the filter fixes do not matter. */
function sortDirection(
  index: Index,
  sort: Document | undefined,
  pinned: number,
  ranges: number,
  demands: Map<string, Demand>,
): 'forward' | 'reverse' | undefined {
  if (!sort || sort.size === 0) return 'forward'
  if (index.multikey || index.clipped || index.spec.collation || ranges > 1) return undefined
  const single = (name: string): boolean => demands.get(name)?.points?.length === 1
  const fields = index.spec.fields.filter((field, i) => i >= pinned || !single(field.name))
  const wanted = [...sort].filter(
    ([name]) => !index.spec.fields.some((field, i) => i < pinned && field.name === name && single(name)),
  )
  if (wanted.length === 0) return 'forward'
  if (wanted.length > fields.length) return undefined
  let direction: 'forward' | 'reverse' | undefined
  for (const [i, [name, value]] of wanted.entries()) {
    const field = fields[i]
    if (field?.name !== name || isDocument(value)) return undefined
    const needed = Number(String(value)) < 0 === field.descending ? 'forward' : 'reverse'
    if (direction && direction !== needed) return undefined
    direction = needed
  }
  return direction
}
