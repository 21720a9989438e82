import { ServerError } from '../errors.ts'
import { clipKey, encodeKey } from '../values/key.ts'
import { arrayPosition, elementAt } from '../values/paths.ts'
import { bsonUndefined, type Document, type Maybe, type Value } from '../values/types.ts'
import type { IndexField, IndexSpec } from './index-spec.ts'

/** One entry that a document has in an index. */
export interface IndexKey {
  bytes: Buffer
  values: Value[]
}

export interface IndexKeys {
  keys: IndexKey[]
  /** There was an array on the path, so one document may have several entries. */
  multikey: boolean
  /** A key was too long, so its order is only approximate. */
  clipped: boolean
}

/** One field of the index while its path is followed. */
interface Field {
  value: Maybe
  rest: readonly string[]
  /** The path so far. Two fields may share an array only if they reached it by the same path. */
  walked: string
  done: boolean
}

/**
 * The entries of a document: one, or one for each element of the array that the fields pass through.
 * @throws ServerError `CannotIndexParallelArrays` (171) when two fields pass through different arrays
 */
export function indexKeys(spec: IndexSpec, document: Document): IndexKeys {
  const result: IndexKeys = { keys: [], multikey: false, clipped: false }
  if (spec.filter && !spec.filter.matches(document)) return result
  const [only, ...others] = spec.fields
  const plain = only && others.length === 0 && plainValues(only, document)
  if (only && plain) {
    result.multikey = plain.multikey
    addSingle(result, spec, only, plain.values)
    return result
  }
  const tuples: Maybe[][] = []
  const start = spec.fields.map((field) => ({
    value: document as Maybe,
    rest: field.path,
    walked: '',
    done: false,
  }))
  result.multikey = expand(start, tuples)
  const seen = new Set<string>()
  for (const tuple of tuples) {
    if (spec.sparse && tuple.every((value) => value === undefined)) continue
    const values = tuple.map((value) => (value === undefined ? null : value))
    const whole = Buffer.concat(
      values.map((value, i) => encodeKey(value, spec.fields[i]?.descending, spec.collation)),
    )
    const bytes = clipKey(whole)
    if (bytes !== whole) result.clipped = true
    const text = bytes.toString('latin1')
    if (seen.has(text)) continue
    seen.add(text)
    result.keys.push({ bytes, values })
  }
  return result
}

/**
 * What a single field says where no array is on its way: one value, or the elements of an array at its end. Most indexes are
 * of this kind, and those of many elements above all. Undefined: an array is on its way.
 */
function plainValues(
  { path }: IndexField,
  document: Document,
): { values: readonly Maybe[]; multikey: boolean } | undefined {
  let value: Maybe = document
  for (const name of path) {
    if (Array.isArray(value)) return undefined
    value = value instanceof Map ? value.get(name) : undefined
  }
  if (!Array.isArray(value)) return { values: [value], multikey: false }
  return { values: value.length > 0 ? value : [bsonUndefined], multikey: true }
}

function addSingle(
  result: IndexKeys,
  { sparse, collation }: IndexSpec,
  { descending }: IndexField,
  values: readonly Maybe[],
): void {
  // Texts are told apart as they are, unless the index takes some for the same; other values by their keys.
  const byText = !collation && values.every((value) => typeof value === 'string')
  const seen = new Set<unknown>()
  for (const value of values) {
    if (value === undefined && sparse) continue
    if (byText && seen.has(value)) continue
    const whole = encodeKey(value === undefined ? null : value, descending, collation)
    const bytes = clipKey(whole)
    if (bytes !== whole) result.clipped = true
    if (values.length > 1) {
      const identity = byText ? value : bytes.toString('latin1')
      if (seen.has(identity)) continue
      seen.add(identity)
    }
    result.keys.push({ bytes, values: [value === undefined ? null : value] })
  }
}

function expand(fields: Field[], tuples: Maybe[][]): boolean {
  const walked = fields.map(follow)
  const inArray = walked.filter((field) => Array.isArray(field.value) && !field.done)
  const first = inArray[0]
  if (!first) {
    tuples.push(walked.map((field) => field.value))
    return false
  }
  const other = inArray.find((field) => field.walked !== first.walked)
  if (other)
    throw new ServerError(
      'CannotIndexParallelArrays',
      `cannot index parallel arrays [${last(other.walked)}] [${last(first.walked)}]`,
    )
  const array = first.value as Value[]
  // `a.0` names an element rather than a field of every element.
  const position = inArray.every(
    (field) => field.rest[0] !== undefined && arrayPosition(field.rest[0]) !== undefined,
  )
  if (position) {
    expand(
      walked.map((field) => (inArray.includes(field) ? enterPosition(field, array) : field)),
      tuples,
    )
    return true
  }
  const elements: Maybe[] = array.length > 0 ? array : [undefined]
  for (const element of elements)
    expand(
      walked.map((field) => (inArray.includes(field) ? enter(field, element, array) : field)),
      tuples,
    )
  return true
}

/** Follows a path to its end, to an array, or to where there is nothing. */
function follow(field: Field): Field {
  let { value, rest, walked } = field
  if (field.done) return field
  while (rest.length > 0 && value instanceof Map) {
    const name = rest[0] as string
    value = value.get(name)
    walked = walked ? `${walked}.${name}` : name
    rest = rest.slice(1)
  }
  if (Array.isArray(value)) return { value, rest, walked, done: false }
  return { value: rest.length > 0 ? undefined : value, rest: [], walked, done: true }
}

function enter(field: Field, element: Maybe, array: Value[]): Field {
  if (array.length === 0)
    return { ...field, value: field.rest.length === 0 ? bsonUndefined : undefined, rest: [], done: true }
  if (field.rest.length === 0) return { ...field, value: element, done: true }
  if (!(element instanceof Map)) return { ...field, value: undefined, rest: [], done: true }
  return { ...field, value: element }
}

function enterPosition(field: Field, array: Value[]): Field {
  const name = field.rest[0] as string
  const value = elementAt(array, name)
  const rest = field.rest.slice(1)
  return { value, rest, walked: `${field.walked}.${name}`, done: rest.length === 0 }
}

const last = (path: string): string => path.split('.').at(-1) ?? path
