import { ServerError } from '../../errors.ts'
import { compileFilter } from '../../query/filter.ts'
import { find } from '../../query/find.ts'
import type { Collection } from '../../storage/collection.ts'
import { setPath } from '../../update/write-path.ts'
import { cloneDocument } from '../../values/bson.ts'
import { fieldPath } from '../../values/field-path.ts'
import { reach, valueAt } from '../../values/paths.ts'
import { type Document, document, isDocument, type Maybe, type Value } from '../../values/types.ts'
import { compileExpression } from '../expression.ts'
import { checkVariableName, newScope } from '../scope.ts'
import { type StageCompiler, type StageContext, specDocument } from './stage.ts'

export const joiningStages: Record<string, StageCompiler> = {
  $lookup: (source, context) => {
    const spec = specDocument('$lookup', source)
    const [from, as] = [spec.get('from'), spec.get('as')]
    if (typeof as !== 'string')
      throw new ServerError('FailedToParse', "must specify 'as' field for a $lookup")
    if (typeof from !== 'string' && !startsWithDocuments(spec.get('pipeline')))
      throw new ServerError('FailedToParse', "must specify 'from' field for a $lookup")
    fieldPath(as)
    const collection = typeof from === 'string' ? context.collection(from) : undefined
    const match = matcher(spec, collection, context)
    return function* (input) {
      for (const local of input) yield withPath(local, as, match(local))
    }
  },
  $unwind: (source) => {
    const spec = isDocument(source) ? source : document({ path: source })
    const path = spec.get('path')
    if (typeof path !== 'string' || !path.startsWith('$'))
      throw new ServerError(
        'Location28818',
        `path option to $unwind stage should be prefixed with a '$': ${String(path)}`,
      )
    const names = fieldPath(path.slice(1))
    const keepEmpty = spec.get('preserveNullAndEmptyArrays') === true
    const indexName = spec.get('includeArrayIndex')
    if (typeof indexName === 'string' && indexName.startsWith('$'))
      throw new ServerError(
        'Location28822',
        `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${indexName}`,
      )
    return function* (input) {
      for (const each of input)
        yield* unwind(each, names, keepEmpty, typeof indexName === 'string' ? indexName : undefined)
    }
  },
  $unionWith: (source, context) => {
    const spec = isDocument(source) ? source : document({ coll: source })
    const name = spec.get('coll')
    const collection = typeof name === 'string' ? context.collection(name) : undefined
    const run = context.pipeline(spec.get('pipeline') ?? [], context.variables)
    return function* (input) {
      yield* input
      yield* run(all(collection))
    }
  },
  $facet: (source, context) => {
    const facets = [...specDocument('$facet', source)].map(([name, stages]) => ({
      name,
      run: context.pipeline(stages, context.variables),
    }))
    return function* (input) {
      const documents = [...input]
      yield document(Object.fromEntries(facets.map(({ name, run }) => [name, [...run(documents)]])))
    }
  },
}

/** A pipeline that brings its own documents needs no collection. */
const startsWithDocuments = (pipeline: Maybe): boolean =>
  Array.isArray(pipeline) && isDocument(pipeline[0]) && pipeline[0].has('$documents')

function* all(collection: Collection | undefined): Generator<Document> {
  if (collection)
    for (const found of find(collection, { filter: compileFilter(new Map()) })) yield found.document
}

/** Finds the foreign documents for a local one, by an index where there is one. */
function matcher(
  spec: Document,
  collection: Collection | undefined,
  context: StageContext,
): (local: Document) => Value[] {
  const [localField, foreignField, stages, let_] = ['localField', 'foreignField', 'pipeline', 'let'].map(
    (name) => spec.get(name),
  )
  if (stages === undefined && (typeof localField !== 'string' || typeof foreignField !== 'string'))
    throw new ServerError(
      'FailedToParse',
      '$lookup requires either "pipeline" or both "localField" and "foreignField" to be specified',
    )
  for (const field of [localField, foreignField]) if (typeof field === 'string') fieldPath(field)
  const bindings = isDocument(let_)
    ? [...let_].map(([name, value]) => {
        checkVariableName(name)
        return { name, expression: compileExpression(value, context.variables) }
      })
    : []
  // Compiled here as well, so that its errors show even if there is no document.
  if (stages !== undefined)
    context.pipeline(
      stages,
      new Map([...context.variables, ...bindings.map(({ name }): [string, Maybe] => [name, null])]),
    )
  return (local) => {
    const filter =
      typeof localField === 'string' && typeof foreignField === 'string'
        ? document({ [foreignField]: document({ $in: valuesOf(local, localField) }) })
        : new Map()
    const found = function* (): Generator<Document> {
      if (!collection) return
      for (const { document: foreign } of find(collection, {
        filter: compileFilter(filter, context),
        collation: context.collation,
      }))
        yield foreign
    }
    if (stages === undefined) return [...found()]
    const scope = newScope(local, context.variables, context.collation)
    const variables = new Map([
      ...context.variables,
      ...bindings.map(({ name, expression }): [string, Maybe] => [name, expression(scope)]),
    ])
    return [...context.pipeline(stages, variables)(found())]
  }
}

function valuesOf(local: Document, field: string): Value[] {
  const values: Value[] = []
  reach(local, field.split('.'), (value) => {
    if (!Array.isArray(value)) values.push(value ?? null)
    return false
  })
  return values
}

function withPath(source: Document, path: string, value: Value): Document {
  const copy = path.includes('.') ? cloneDocument(source) : new Map(source)
  setPath(copy, path.split('.'), value)
  return copy
}

function* unwind(
  source: Document,
  names: string[],
  keepEmpty: boolean,
  indexName: string | undefined,
): Generator<Document> {
  const value = valueAt(source, names)
  const path = names.join('.')
  const withIndex = (result: Document, index: Value): Document =>
    indexName === undefined ? result : withPath(result, indexName, index)
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, element] of value.entries())
      yield withIndex(withPath(source, path, element), BigInt(index))
    return
  }
  if (Array.isArray(value) || value === null || value === undefined) {
    if (!keepEmpty) return
    yield withIndex(Array.isArray(value) ? without(source, names) : source, null)
    return
  }
  yield withIndex(source, null)
}

function without(source: Document, [name = '', ...rest]: string[]): Document {
  const copy = new Map(source)
  const below = copy.get(name)
  if (rest.length === 0) copy.delete(name)
  else if (isDocument(below)) copy.set(name, without(below, rest))
  return copy
}
