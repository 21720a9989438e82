import { ServerError } from '../errors.ts'
import { compileProjection, type ProjectionOptions } from '../query/projection.ts'
import { fieldPath } from '../values/field-path.ts'
import { type Document, document, int, isDocument, typeName, type Value } from '../values/types.ts'
import { compileExpression } from './expression.ts'
import { type Expression, type Names, NO_VARIABLES, newScope } from './scope.ts'

/** A stage that turns one document into one. */
export type DocumentStage = (document: Document) => Document

/** `$set` and `$addFields`. A nested document or a dotted name changes part of a field and keeps the rest. */
export function addFields(spec: Value, { variables, collation }: ProjectionOptions): DocumentStage {
  if (!isDocument(spec) || spec.size === 0)
    throw new ServerError(
      'Location40272',
      '$addFields specification stage must be an object with at least one field',
    )
  const fields = [...assignments(spec, [], variables ?? NO_VARIABLES)]
  return (input) => {
    const scope = newScope(input, variables, collation)
    let result = input
    for (const { path, expression } of fields) result = assign(result, path, expression(scope))
    return result
  }
}

function* assignments(
  spec: Document,
  prefix: string[],
  names: Names,
): Generator<{ path: string[]; expression: Expression }> {
  for (const [name, value] of spec) {
    const path = [...prefix, ...fieldPath(name)]
    const nested = isDocument(value) && value.size > 0 && ![...value.keys()][0]?.startsWith('$')
    if (nested) yield* assignments(value, path, names)
    else yield { path, expression: compileExpression(value, names) }
  }
}

/** A copy with the value at the path. An array on the way gets it in every element. */
function assign(target: Document, path: readonly string[], value: Value | undefined): Document {
  const copy = new Map(target)
  const [name, ...rest] = path as [string, ...string[]]
  if (rest.length === 0) {
    if (value === undefined) copy.delete(name)
    else copy.set(name, value)
    return copy
  }
  copy.set(name, assignBelow(copy.get(name), rest, value))
  return copy
}

function assignBelow(target: Value | undefined, path: readonly string[], value: Value | undefined): Value {
  if (Array.isArray(target)) return target.map((element) => assignBelow(element, path, value))
  return assign(isDocument(target) ? target : new Map(), path, value)
}

/** `$unset: 'a'` or `['a', 'b.c']`. */
export function unsetFields(spec: Value, options: ProjectionOptions): DocumentStage {
  const names = Array.isArray(spec) ? spec : [spec]
  if (names.length === 0 || !names.every((name) => typeof name === 'string'))
    throw new ServerError(
      'Location31002',
      '$unset specification must be a string or an array containing only string values',
    )
  return compileProjection(document(Object.fromEntries(names.map((name) => [String(name), int(0)]))), {
    ...options,
    aggregation: true,
  })
}

/** `$replaceRoot: { newRoot }` and `$replaceWith`. */
export function replaceRoot(
  name: string,
  spec: Value,
  { variables, collation }: ProjectionOptions,
): DocumentStage {
  if (name === '$replaceRoot' && (!isDocument(spec) || !spec.has('newRoot')))
    throw new ServerError('Location40231', 'no newRoot specified for the $replaceRoot stage')
  const expression = compileExpression(
    name === '$replaceRoot' ? ((spec as Document).get('newRoot') as Value) : spec,
    variables ?? NO_VARIABLES,
  )
  return (input) => {
    const root = expression(newScope(input, variables, collation))
    if (!isDocument(root))
      throw new ServerError(
        'Location40228',
        `'newRoot' expression must evaluate to an object, but resulting value was of type: ${root === undefined ? 'missing' : typeName(root)}`,
      )
    return root
  }
}
