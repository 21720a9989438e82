import { compileExpression } from '../aggregate/expression.ts'
import { operators } from '../aggregate/operators/index.ts'
import { type Expression, NO_VARIABLES, newScope, type Variables } from '../aggregate/scope.ts'
import { ServerError } from '../errors.ts'
import type { Collation } from '../values/collation.ts'
import { fieldPath } from '../values/field-path.ts'
import { toDouble } from '../values/numbers.ts'
import { type Document, isDocument, isNumeric, type Maybe, type Value } from '../values/types.ts'
import { elementTest, type Hit } from './filter.ts'
import { slice } from './slice.ts'

export type Projection = (document: Document, hit?: Hit) => Document

/** One level of a projection: what to do with each name. */
interface Level {
  children: Map<string, Level | Leaf>
}

type Leaf =
  | { kind: 'include' }
  | { kind: 'exclude' }
  | { kind: 'compute'; expression: Expression }
  | { kind: 'slice'; skip: number | undefined; count: number }
  | { kind: 'elemMatch'; test: (element: Value) => boolean }
  | { kind: 'positional' }

export interface ProjectionOptions {
  collation?: Collation | undefined
  variables?: Variables | undefined
  /** In `$project` there is no positional `$`, and `$slice` and `$elemMatch` are expressions. */
  aggregation?: boolean
}

/** @throws ServerError for including and excluding at once, for colliding paths and for unknown operators */
export function compileProjection(spec: Document, options: ProjectionOptions = {}): Projection {
  const root: Level = { children: new Map() }
  let inclusive: boolean | undefined
  let id: Leaf | undefined
  let special = false
  for (const [path, leaf] of leaves(spec, '', options)) {
    if (path === '_id') {
      id = leaf
      continue
    }
    if (leaf.kind === 'slice' || leaf.kind === 'elemMatch') special = true
    const includes = leaf.kind === 'include' || leaf.kind === 'compute' || leaf.kind === 'positional'
    if (leaf.kind !== 'slice' && leaf.kind !== 'elemMatch') {
      if (inclusive !== undefined && inclusive !== includes)
        throw includes
          ? new ServerError('Location31253', `Cannot do inclusion on field ${path} in exclusion projection`)
          : new ServerError('Location31254', `Cannot do exclusion on field ${path} in inclusion projection`)
      inclusive = includes
    }
    insert(root, path, leaf)
  }
  // `{ _id: 1 }` alone includes, `{ a: { $slice: 1 } }` alone keeps everything, `{ a: { $elemMatch } }` alone includes.
  const only = [...root.children.values()]
  inclusive ??= special
    ? only.some((leaf) => 'kind' in leaf && leaf.kind === 'elemMatch')
    : id !== undefined && id.kind !== 'exclude'
  if (id) root.children.set('_id', id)
  else if (inclusive) root.children.set('_id', { kind: 'include' })
  const { collation, variables } = options
  const project = inclusive ? includeLevel : excludeLevel
  return (document, hit = {}) => project(root, document, { root: document, hit, variables, collation })
}

interface Context {
  root: Document
  hit: Hit
  variables: Variables | undefined
  collation: Collation | undefined
}

function* leaves(spec: Document, prefix: string, options: ProjectionOptions): Generator<[string, Leaf]> {
  if (spec.size === 0 && prefix)
    throw new ServerError(
      'Location51270',
      `An empty sub-projection is not a valid value. Found empty object at path ${prefix.slice(0, -1)}`,
    )
  for (const [name, value] of spec) {
    const path = prefix + name
    if (!options.aggregation && name.endsWith('.$')) {
      fieldPath(name.slice(0, -2))
      yield [path.slice(0, -2), { kind: 'positional' }]
      continue
    }
    fieldPath(name)
    const leaf = leafOf(path, value, options)
    if (leaf) yield [path, leaf]
    else yield* leaves(value as Document, `${path}.`, options)
  }
}

/** undefined for a nested projection such as `{ a: { b: 1 } }`. */
function leafOf(path: string, value: Value, options: ProjectionOptions): Leaf | undefined {
  if (isNumeric(value)) return { kind: toDouble(value) === 0 ? 'exclude' : 'include' }
  if (typeof value === 'boolean') return { kind: value ? 'include' : 'exclude' }
  if (!isDocument(value))
    return { kind: 'compute', expression: compileExpression(value, options.variables ?? NO_VARIABLES) }
  const [operator] = value.keys()
  if (operator === undefined && options.aggregation !== true)
    return { kind: 'compute', expression: () => new Map() }
  if (operator?.startsWith('$') !== true) return undefined
  const operand = value.get(operator) as Value
  if (!options.aggregation && operator === '$slice') {
    const slice = sliceOf(operand)
    if (slice) return slice
  }
  if (!options.aggregation && operator === '$elemMatch') {
    if (path.includes('.'))
      throw new ServerError('Location31275', 'Cannot use $elemMatch projection on a nested field')
    return { kind: 'elemMatch', test: elementTest(operand, options) }
  }
  if (!operators.has(operator))
    throw new ServerError(
      'Location31325',
      `Unknown expression ${operator} (not supported by the embedded database)`,
    )
  return { kind: 'compute', expression: compileExpression(value, options.variables ?? NO_VARIABLES) }
}

function sliceOf(operand: Value): Leaf | undefined {
  if (isNumeric(operand)) return { kind: 'slice', skip: undefined, count: toDouble(operand) }
  if (!Array.isArray(operand) || !operand.every(isNumeric)) return undefined
  const [skip = 0, count = 0] = operand.map(toDouble)
  if (operand.length !== 2 || count <= 0)
    throw new ServerError('Location28724', 'First argument to $slice must be an array, but is of type: int')
  return { kind: 'slice', skip, count }
}

function insert(root: Level, path: string, leaf: Leaf): void {
  let level = root
  const names = path.split('.')
  for (const name of names.slice(0, -1)) {
    let next = level.children.get(name)
    if (!next) {
      next = { children: new Map() }
      level.children.set(name, next)
    }
    if (!('children' in next)) throw new ServerError('Location31249', `Path collision at ${path}`)
    level = next
  }
  const last = names.at(-1) as string
  if (level.children.has(last)) throw new ServerError('Location31250', `Path collision at ${path}`)
  level.children.set(last, leaf)
}

function includeLevel(level: Level, document: Document, context: Context): Document {
  const result: Document = new Map()
  for (const [name, value] of document) {
    const node = level.children.get(name)
    if (!node) continue
    const projected = 'children' in node ? includeBelow(node, value, context) : project(node, value, context)
    if (projected !== undefined) result.set(name, projected)
  }
  for (const [name, node] of level.children) addComputed(result, name, node, context)
  return result
}

function includeBelow(level: Level, value: Value, context: Context): Maybe {
  if (isDocument(value)) return includeLevel(level, value, context)
  if (!Array.isArray(value)) return undefined
  return value
    .map((element) => includeBelow(level, element, context))
    .filter((element) => element !== undefined)
}

/** Computed fields come after the stored ones, unless they replace one. */
function addComputed(result: Document, name: string, node: Level | Leaf, context: Context): void {
  if ('children' in node) {
    if (!hasComputed(node)) return
    const below = result.get(name)
    if (Array.isArray(below)) {
      for (const element of below)
        if (isDocument(element))
          for (const [child, leaf] of node.children) addComputed(element, child, leaf, context)
      return
    }
    const target: Document = isDocument(below) ? below : new Map()
    for (const [child, leaf] of node.children) addComputed(target, child, leaf, context)
    result.set(name, target)
    return
  }
  if (node.kind !== 'compute') return
  const value = node.expression(newScope(context.root, context.variables, context.collation))
  if (value === undefined) result.delete(name)
  else result.set(name, value)
}

const hasComputed = (level: Level): boolean =>
  [...level.children.values()].some((node) =>
    'children' in node ? hasComputed(node) : node.kind === 'compute',
  )

function excludeLevel(level: Level, document: Document, context: Context): Document {
  const result: Document = new Map()
  for (const [name, value] of document) {
    const node = level.children.get(name)
    const projected = !node
      ? value
      : 'children' in node
        ? excludeBelow(node, value, context)
        : project(node, value, context)
    if (projected !== undefined) result.set(name, projected)
  }
  const id = level.children.get('_id')
  if (id) addComputed(result, '_id', id, context)
  return result
}

function excludeBelow(level: Level, value: Value, context: Context): Value {
  if (isDocument(value)) return excludeLevel(level, value, context)
  return Array.isArray(value) ? value.map((element) => excludeBelow(level, element, context)) : value
}

function project(leaf: Leaf, value: Value, { hit }: Context): Maybe {
  switch (leaf.kind) {
    case 'include':
      return value
    case 'exclude':
    case 'compute':
      return undefined
    case 'slice':
      return Array.isArray(value) ? slice(value, leaf.skip, leaf.count) : value
    case 'elemMatch': {
      const found = Array.isArray(value) ? value.find(leaf.test) : undefined
      return found === undefined ? undefined : [found]
    }
    case 'positional': {
      if (!Array.isArray(value)) return value
      const element = hit.position === undefined ? undefined : value[hit.position]
      if (element === undefined)
        throw new ServerError(
          'Location51246',
          "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
        )
      return [element]
    }
  }
}
