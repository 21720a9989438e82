import { ServerError } from '../errors.ts'
import { compileFilter, type Filter } from '../query/filter.ts'
import { encodeDocument } from '../values/bson.ts'
import { type Collation, parseCollation } from '../values/collation.ts'
import { DBREF_NAMES } from '../values/field-path.ts'
import { toDouble } from '../values/numbers.ts'
import { type Document, document, int, isDocument, isNumeric, type Maybe } from '../values/types.ts'

export interface IndexField {
  name: string
  path: readonly string[]
  descending: boolean
}

/** The parsed form of `{ key, name, unique?, sparse?, … }`. */
export interface IndexSpec {
  /** As `listIndexes` shows it. */
  readonly source: Document
  readonly name: string
  readonly key: Document
  readonly fields: readonly IndexField[]
  readonly unique: boolean
  readonly sparse: boolean
  readonly filter: Filter | undefined
  readonly collation: Collation | undefined
  readonly expireAfterSeconds: number | undefined
  /** The members of a document that decide its entries. Null: any may. */
  readonly reads: ReadonlySet<string> | null
}

const KNOWN = new Set([
  'v',
  'key',
  'name',
  'ns',
  'unique',
  'sparse',
  'background',
  'hidden',
  'partialFilterExpression',
  'collation',
  'expireAfterSeconds',
  'storageEngine',
  'clustered',
])

export const ID_INDEX: Document = document({ v: int(2), key: document({ _id: int(1) }), name: '_id_' })

/** @throws ServerError for a key or an option that MongoDB refuses, or an index type that is not supported here */
export function parseIndexSpec(source: Document): IndexSpec {
  const key = source.get('key')
  if (!isDocument(key))
    throw new ServerError('FailedToParse', "The 'key' field is a required property of an index specification")
  if (key.size === 0) throw new ServerError('CannotCreateIndex', 'Index keys cannot be an empty object')
  if (key.size > 32) throw new ServerError('CannotCreateIndex', 'Index keys cannot have more than 32 fields')
  const name = source.get('name') ?? defaultName(key)
  if (typeof name !== 'string' || name === '')
    throw new ServerError('CannotCreateIndex', 'The index name must be a non-empty string')
  for (const option of source.keys())
    if (!KNOWN.has(option))
      throw new ServerError(
        'InvalidIndexSpecificationOption',
        `The field '${option}' is not valid for an index specification. Specification: ${name}`,
      )
  const isId = key.size === 1 && key.has('_id')
  const spec = {
    name,
    key,
    fields: [...key].map(([path, direction]) => field(path, direction)),
    unique: isTrue(source.get('unique')) || isId,
    sparse: isTrue(source.get('sparse')),
    filter: partialFilter(source.get('partialFilterExpression')),
    collation: parseCollation(source.get('collation')),
    expireAfterSeconds: expiry(source.get('expireAfterSeconds'), key),
  }
  if (spec.sparse && spec.filter)
    throw new ServerError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options')
  return { ...spec, source: stored(source, name), reads: membersRead(spec) }
}

/** A condition may join others, and is then not looked into. */
function membersRead({ fields, filter }: Pick<IndexSpec, 'fields' | 'filter'>): Set<string> | null {
  const paths = [...fields.map(({ name }) => name), ...(filter?.source.keys() ?? [])]
  const names = paths.map((path) => path.split('.', 1)[0] as string)
  return names.some((name) => name.startsWith('$')) ? null : new Set(names)
}

const defaultName = (key: Document): string => [...key].map(([path, value]) => `${path}_${value}`).join('_')

const isTrue = (value: Maybe): boolean => value === true || (isNumeric(value) && toDouble(value) !== 0)

function field(path: string, direction: Maybe): IndexField {
  if (typeof direction === 'string')
    throw new ServerError(
      'CannotCreateIndex',
      `Index type '${direction}' is not supported by the embedded database`,
    )
  if (!isNumeric(direction) || toDouble(direction) === 0 || Number.isNaN(toDouble(direction)))
    throw new ServerError(
      'CannotCreateIndex',
      `Values in the index key pattern must be numbers other than 0; ${path}`,
    )
  if (path === '' || path.split('.').includes(''))
    throw new ServerError('CannotCreateIndex', 'Index keys cannot contain an empty field.')
  if (path.includes('$**'))
    throw new ServerError('CannotCreateIndex', 'Wildcard indexes are not supported by the embedded database')
  if (path.split('.').some((name, i) => name.startsWith('$') && (i === 0 || !DBREF_NAMES.includes(name))))
    throw new ServerError(
      'CannotCreateIndex',
      `Index key contains an illegal field name: field name starts with '$'.`,
    )
  return { name: path, path: path.split('.'), descending: toDouble(direction) < 0 }
}

function partialFilter(expression: Maybe): Filter | undefined {
  if (expression === undefined) return undefined
  if (!isDocument(expression))
    throw new ServerError('TypeMismatch', "The field 'partialFilterExpression' must be an object")
  return compileFilter(expression)
}

function expiry(seconds: Maybe, key: Document): number | undefined {
  if (seconds === undefined) return undefined
  if (!isNumeric(seconds))
    throw new ServerError('CannotCreateIndex', "TTL index 'expireAfterSeconds' option must be numeric")
  const value = toDouble(seconds)
  if (value < 0 || value > 2 ** 31 - 1)
    throw new ServerError(
      'CannotCreateIndex',
      `TTL index 'expireAfterSeconds' option must be within 0 and 2147483647, got ${value}`,
    )
  if (key.size !== 1)
    throw new ServerError(
      'CannotCreateIndex',
      'TTL indexes are single-field indexes, compound indexes do not support TTL',
    )
  if (key.has('_id'))
    throw new ServerError(
      'CannotCreateIndex',
      "The field 'expireAfterSeconds' is not valid for an _id index specification",
    )
  return value
}

/** MongoDB shows the version first and drops what it ignores. */
function stored(source: Document, name: string): Document {
  const result = document({ v: int(2), key: source.get('key'), name })
  for (const [option, value] of source)
    if (!['v', 'key', 'name', 'ns', 'background'].includes(option)) {
      if ((option === 'unique' || option === 'sparse') && !isTrue(value)) continue
      result.set(option, value)
    }
  return result
}

export const sameDocument = (a: Maybe, b: Maybe): boolean =>
  a === b || (isDocument(a) && isDocument(b) && encodeDocument(normal(a)).equals(encodeDocument(normal(b))))

/** 1, 1.0 and int64 1 ask for the same index. */
function normal(source: Document): Document {
  const result: Document = new Map()
  for (const [name, value] of source)
    result.set(name, isNumeric(value) ? toDouble(value) : isDocument(value) ? normal(value) : value)
  return result
}
