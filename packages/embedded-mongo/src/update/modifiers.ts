import { ServerError } from '../errors.ts'
import { checkTopName } from '../storage/field-names.ts'
import { encodeDocument } from '../values/bson.ts'
import type { Collation } from '../values/collation.ts'
import { arrayPosition, isUnder, valueAt } from '../values/paths.ts'
import { type Document, isDocument, type Maybe, type Value } from '../values/types.ts'
import type { ArrayFilters } from './array-filters.ts'
import { arrayModifier } from './array-modifiers.ts'
import type { Modifier, Update, UpdateContext } from './types.ts'
import { valueModifier } from './value-modifiers.ts'
import { changePath, REMOVE } from './write-path.ts'

interface Step {
  path: readonly string[]
  modifier: Modifier
}

/**
 * Compiles `{ $set: { … }, $inc: { … } }`.
 * @throws ServerError `ConflictingUpdateOperators` (40), `FailedToParse` (9) and each operator's own
 */
export function compileModifiers(
  update: Document,
  filters: ArrayFilters,
  collation: Collation | undefined,
): Update {
  const steps: Step[] = []
  const renames: { from: string[]; to: string[] }[] = []
  const paths: string[] = []
  for (const [operator, operand] of update) {
    if (!operator.startsWith('$')) throw unknown(operator)
    if (!isDocument(operand))
      throw new ServerError(
        'FailedToParse',
        `Modifiers operate on fields but we found type ${typeof operand} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${String(operand)}}`,
      )
    for (const [path, value] of operand) {
      const names = parsePath(path)
      if (operator === '$rename') {
        renames.push(parseRename(path, names, value))
        paths.push(path, String(value))
        continue
      }
      const modifier = valueModifier(operator, value) ?? arrayModifier(operator, value, collation)
      if (!modifier) throw unknown(operator)
      steps.push({ path: names, modifier })
      paths.push(path)
    }
  }
  checkConflicts(paths)
  checkContainers(paths)
  checkIdentifiers(paths, filters)
  // MongoDB applies changes, and so adds fields, in the order of their names.
  steps.sort((a, b) => comparePaths(a.path, b.path))
  const wild = paths.some((path) => path.split('.').some(isPositional))
  return (document, context) => {
    for (const { from, to } of renames) change(document, to, context, () => rename(document, from, to))
    const done: string[] = []
    for (const { path, modifier } of steps) {
      if (modifier.insertOnly && !context.inserting) continue
      for (const target of wild ? expandPath(document, path, filters, context) : [path]) {
        const name = target.join('.')
        if (wild) checkConflict(done, name)
        done.push(name)
        change(document, target, context, () =>
          changePath(document, target, modifier.creates, (current) => modifier.apply(current, context, name)),
        )
      }
    }
    return document
  }
}

/** Runs a change, then checks a top-level name with a dollar that it set. An upsert may insert any name. */
function change(document: Document, path: readonly string[], context: UpdateContext, run: () => void): void {
  const [name = ''] = path
  if (!name.startsWith('$') || context.inserting) {
    run()
    return
  }
  const before = document.get(name)
  const same = encodedField(name, before)
  run()
  const after = document.get(name)
  if (after === undefined || (path.length > 1 && before !== undefined)) return
  if (!same.equals(encodedField(name, after))) checkTopName(document, name)
}

const encodedField = (name: string, value: Maybe): Buffer =>
  encodeDocument(new Map(value === undefined ? [] : [[name, value]]))

const unknown = (operator: string): ServerError =>
  new ServerError(
    'FailedToParse',
    `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
  )

function parsePath(path: string): string[] {
  const names = path.split('.')
  if (path === '') throw new ServerError('EmptyFieldName', 'An empty update path is not valid.')
  if (names.includes(''))
    throw new ServerError(
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    )
  if (isPositional(names[0] as string))
    throw new ServerError(
      'BadValue',
      `Cannot have array filter identifier (i.e. '$[<id>]') or positional element in the first position in path '${path}'`,
    )
  if (names.filter((name) => name === '$').length > 1)
    throw new ServerError('BadValue', `Too many positional (i.e. '$') elements found in path '${path}'`)
  return names
}

/** `$`, `$[]` and `$[name]`; any other name with a dollar is a field's. */
const isPositional = (name: string): boolean => name === '$' || isFiltered(name)

const isFiltered = (name: string): boolean => /^\$\[.*\]$/.test(name)

function checkConflicts(paths: string[]): void {
  const sorted = [...paths].sort()
  const seen: string[] = []
  for (const path of sorted) {
    checkConflict(seen, path)
    seen.push(path)
  }
}

/** Below one array or document, an update uses either `$[…]` or names, not both. */
function checkContainers(paths: string[]): void {
  const kinds = new Map<string, boolean>()
  for (const path of paths) {
    const names = path.split('.')
    for (let i = 1; i < names.length; i++) {
      const container = names.slice(0, i).join('.')
      const filtered = isFiltered(names[i] as string)
      if ((kinds.get(container) ?? filtered) !== filtered)
        throw new ServerError(
          'ConflictingUpdateOperators',
          `Updating the path '${path}' would create a conflict at '${container}'`,
        )
      kinds.set(container, filtered)
    }
  }
}

function checkConflict(others: string[], path: string): void {
  const other = others.find((candidate) => isUnder(path, candidate) || isUnder(candidate, path))
  if (other !== undefined)
    throw new ServerError(
      'ConflictingUpdateOperators',
      `Updating the path '${path}' would create a conflict at '${other.length < path.length ? other : path}'`,
    )
}

function checkIdentifiers(paths: string[], filters: ArrayFilters): void {
  const used = new Set(
    paths.flatMap((path) => path.split('.')).flatMap((name) => /^\$\[(.+)\]$/.exec(name)?.[1] ?? []),
  )
  for (const name of used)
    if (!filters.get(name))
      throw new ServerError(
        'BadValue',
        `No array filter found for identifier '${name}' in path '${paths.find((path) => path.includes(`$[${name}]`))}'`,
      )
  for (const name of filters.names())
    if (!used.has(name))
      throw new ServerError(
        'FailedToParse',
        `The array filter for identifier '${name}' was not used in the update`,
      )
}

/** Compares name by name, and positions as numbers. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (const [i, name] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    if (name === other) continue
    const x = arrayPosition(name)
    const y = arrayPosition(other)
    if (x !== undefined && y !== undefined) return x - y
    if ((x === undefined) !== (y === undefined)) return x === undefined ? 1 : -1
    return name < other ? -1 : 1
  }
  return a.length - b.length
}

/** The concrete paths that `$`, `$[]` and `$[name]` stand for in this document. */
function expandPath(
  document: Document,
  path: readonly string[],
  filters: ArrayFilters,
  context: UpdateContext,
): string[][] {
  let paths: string[][] = [[]]
  for (const name of path) {
    if (!isPositional(name)) {
      for (const prefix of paths) prefix.push(name)
      continue
    }
    paths = paths.flatMap((prefix) =>
      positions(document, prefix, name, filters, context, path).map((position) => [
        ...prefix,
        String(position),
      ]),
    )
  }
  return paths
}

function positions(
  document: Document,
  prefix: string[],
  name: string,
  filters: ArrayFilters,
  { hit }: UpdateContext,
  path: readonly string[],
): number[] {
  if (name === '$') {
    if (hit.position === undefined)
      throw new ServerError(
        'BadValue',
        'The positional operator did not find the match needed from the query.',
      )
    return [hit.position]
  }
  const array = valueAt(document, prefix)
  if (!Array.isArray(array))
    throw new ServerError(
      'BadValue',
      array === undefined
        ? `The path '${prefix.join('.')}' must exist in the document in order to apply array updates.`
        : `Cannot apply array updates to non-array element ${prefix.at(-1)}: ${String(array)}`,
    )
  const test = filters.get(name.slice(2, -1))
  if (name !== '$[]' && !test)
    throw new ServerError('BadValue', `No array filter found for identifier in path '${path.join('.')}'`)
  return [...array.keys()].filter((position) => !test || test(array[position] as Value))
}

function parseRename(path: string, from: string[], value: Value): { from: string[]; to: string[] } {
  if (typeof value !== 'string')
    throw new ServerError(
      'BadValue',
      `The 'to' field for $rename must be a string: ${path}: ${String(value)}`,
    )
  const to = parsePath(value)
  if (isUnder(path, value) || isUnder(value, path))
    throw new ServerError(
      'BadValue',
      `The source and target field for $rename must ${path === value ? 'differ' : 'not be on the same path'}: ${path}: "${value}"`,
    )
  if ([...from, ...to].some(isPositional))
    throw new ServerError(
      'BadValue',
      `The source and destination field for $rename may not be dynamic: ${path}`,
    )
  return { from, to }
}

function rename(document: Document, from: string[], to: string[]): void {
  for (const path of [from, to])
    for (let i = 1; i < path.length; i++)
      if (Array.isArray(valueAt(document, path.slice(0, i))))
        throw new ServerError(
          'BadValue',
          `The ${path === from ? 'source' : 'destination'} field cannot be an array element, '${path.join('.')}'`,
        )
  const value = valueAt(document, from)
  if (value === undefined) return
  changePath(document, from, false, () => REMOVE)
  changePath(document, to, true, () => REMOVE)
  changePath(document, to, true, () => value)
}
