import { BSONRegExp, ObjectId } from 'bson'
import { ServerError } from '../errors.ts'
import { isOperators } from '../query/operators.ts'
import { checkTopName } from '../storage/field-names.ts'
import { cloneDocument, encodeDocument } from '../values/bson.ts'
import { valuesEqual } from '../values/compare.ts'
import { describe } from '../values/describe.ts'
import { DBREF_NAMES } from '../values/field-path.ts'
import { isUnder } from '../values/paths.ts'
import { type Document, isDocument, type Maybe, type Value } from '../values/types.ts'
import { type ArrayFilters, parseArrayFilters } from './array-filters.ts'
import { compileModifiers } from './modifiers.ts'
import { compilePipelineUpdate } from './pipeline.ts'
import type { Update, UpdateOptions } from './types.ts'
import { setPath } from './write-path.ts'

/** Compiles a replacement, a document of update operators, or a pipeline. */
export function compileUpdate(
  update: Maybe,
  options: UpdateOptions = {},
): { apply: Update; replaces: boolean } {
  if (Array.isArray(update)) {
    if (options.arrayFilters !== undefined)
      throw new ServerError('FailedToParse', 'arrayFilters may not be specified for pipeline-syle updates')
    return { apply: keepId(compilePipelineUpdate(update, options)), replaces: false }
  }
  if (!isDocument(update))
    throw new ServerError('FailedToParse', 'Update argument must be either an object or an array')
  const [first] = update.keys()
  if (first?.startsWith('$') !== true) return { apply: keepId(replacement(update)), replaces: true }
  const filters: ArrayFilters = parseArrayFilters(options.arrayFilters, options.collation)
  return { apply: keepId(compileModifiers(update, filters, options.collation)), replaces: false }
}

function replacement(update: Document): Update {
  const dollarNames = [...update.keys()].filter((name) => name.startsWith('$'))
  return (document, { inserting }) => {
    const copy = cloneDocument(update)
    const id = document.get('_id')
    const result = copy.has('_id') || id === undefined ? copy : withIdFirst(copy, id)
    if (dollarNames.length > 0 && !inserting && !encodeDocument(document).equals(encodeDocument(result)))
      for (const name of dollarNames) checkTopName(result, name)
    return result
  }
}

/** An update may name `_id`, but not change it. */
function keepId(update: Update): Update {
  return (document, context) => {
    const id = document.get('_id')
    const result = update(document, context)
    if (id === undefined) return result
    const after = result.get('_id')
    if (after === undefined || !valuesEqual(id, after) || describe(id) !== describe(after))
      throw new ServerError(
        'ImmutableField',
        after === undefined || context.inserting
          ? "Performing an update on the path '_id' would modify the immutable field '_id'"
          : `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${describe(after)}`,
      )
    return withIdFirst(result, after)
  }
}

export function withIdFirst(document: Document, id: Value): Document {
  const [first] = document.keys()
  return first === '_id'
    ? document
    : new Map([['_id', id], ...[...document].filter(([name]) => name !== '_id')])
}

/** The document that an upsert inserts: what the filter pins, then the update. */
export function upsertDocument(
  filter: Document,
  { apply, replaces }: { apply: Update; replaces: boolean },
  now: Date,
): Document {
  const seed: Document = new Map()
  const paths: string[] = []
  for (const [path, value] of equalities(filter)) {
    if (replaces && path !== '_id') continue
    const other = paths.find((name) => isUnder(name, path) || isUnder(path, name))
    if (other !== undefined)
      throw new ServerError(
        'NotSingleValueField',
        other === path
          ? `cannot infer query fields to set, path '${path}' is matched twice`
          : `cannot infer query fields to set, both paths '${path}' and '${other}' are matched`,
      )
    paths.push(path)
    setPath(seed, path.split('.'), value)
  }
  const result = apply(seed, { hit: {}, inserting: true, now })
  const id = result.get('_id')
  return withIdFirst(result, id === undefined ? new ObjectId() : id)
}

/** The values that every match of a filter must have, by their paths. */
function* equalities(filter: Document): Generator<[string, Value]> {
  for (const [name, value] of filter) {
    if (Array.isArray(value) && (name === '$and' || (name === '$or' && value.length === 1)))
      for (const branch of value) if (isDocument(branch)) yield* equalities(branch)
    if (name.startsWith('$') && !DBREF_NAMES.includes(name)) continue
    const pinned = pinnedValue(value)
    if (pinned !== undefined) yield [name, pinned]
  }
}

function pinnedValue(value: Value): Maybe {
  if (value instanceof BSONRegExp) return undefined
  if (!isOperators(value)) return value
  if (value.has('$eq')) return value.get('$eq')
  for (const name of ['$in', '$all']) {
    const list = value.get(name)
    if (!Array.isArray(list) || list.length !== 1) continue
    const [only] = list
    if (!(only instanceof BSONRegExp) && !isOperators(only)) return only
  }
  return undefined
}
