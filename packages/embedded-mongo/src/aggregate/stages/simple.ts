import { ServerError } from '../../errors.ts'
import { compileFilter } from '../../query/filter.ts'
import { compileProjection } from '../../query/projection.ts'
import { compileSort, sortBy } from '../../query/sort.ts'
import { type Document, document, int, isDocument } from '../../values/types.ts'
import { addFields, replaceRoot, unsetFields } from '../document-stages.ts'
import { compileExpression } from '../expression.ts'
import { newScope } from '../scope.ts'
import { mapped, type StageCompiler, specDocument, wholeSpec } from './stage.ts'

const set: StageCompiler = (spec, context) => {
  const assign = addFields(spec, { ...context, aggregation: true })
  return (input) => mapped(input, assign)
}

const replace: StageCompiler = (spec, context, name) => {
  const root = replaceRoot(name, spec, context)
  return (input) => mapped(input, root)
}

/** Stages that look at one document at a time, or only count or order them. */
export const simpleStages: Record<string, StageCompiler> = {
  $match: (spec, context) => {
    const filter = compileFilter(specDocument('$match', spec), context)
    return function* (input) {
      for (const candidate of input) if (filter.matches(candidate)) yield candidate
    }
  },
  $project: (spec, context) => {
    const fields = specDocument('$project', spec)
    if (fields.size === 0)
      throw new ServerError(
        'Location51272',
        'Invalid $project :: caused by :: projection specification must have at least one field',
      )
    const project = compileProjection(fields, { ...context, aggregation: true })
    return (input) => mapped(input, (source) => project(source))
  },
  $set: set,
  $addFields: set,
  $unset: (spec, context) => {
    const unset = unsetFields(spec, context)
    return (input) => mapped(input, unset)
  },
  $replaceRoot: replace,
  $replaceWith: replace,
  $sort: (spec, { collation }) => {
    const fields = specDocument('$sort', spec)
    if (fields.size === 0)
      throw new ServerError('Location15976', '$sort stage must have at least one sort key')
    const order = compileSort(fields, collation)
    return (input) => sortBy(input, order, (source) => source)
  },
  $skip: (spec) => {
    const skip = wholeSpec('$skip', spec, 0)
    return function* (input) {
      let passed = 0
      for (const source of input) if (passed++ >= skip) yield source
    }
  },
  $limit: (spec) => {
    const limit = wholeSpec('$limit', spec, 1)
    return function* (input) {
      let passed = 0
      for (const source of input) {
        yield source
        if (++passed >= limit) return
      }
    }
  },
  $count: (spec) => {
    if (typeof spec !== 'string' || spec === '' || spec.startsWith('$') || spec.includes('.'))
      throw new ServerError('Location40156', 'the count field must be a non-empty string without $ and .')
    return function* (input) {
      let count = 0
      for (const _ of input) count++
      if (count > 0) yield document({ [spec]: int(count) })
    }
  },
  $sample: (spec) => {
    const size = wholeSpec('$sample', isDocument(spec) ? spec.get('size') : undefined, 1)
    return (input) => {
      const all = [...input]
      for (let i = all.length - 1; i > 0; i--) {
        const j = Math.floor(Math.random() * (i + 1))
        ;[all[i], all[j]] = [all[j] as Document, all[i] as Document]
      }
      return all.slice(0, size)
    }
  },
  $documents: (spec, { variables, collation }) => {
    const list = compileExpression(spec, variables)
    return () => {
      const documents = list(newScope(new Map(), variables, collation))
      if (!Array.isArray(documents) || !documents.every(isDocument))
        throw new ServerError('Location5858203', 'an array of documents is expected')
      return documents
    }
  },
}
