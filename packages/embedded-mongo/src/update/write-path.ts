import { ServerError } from '../errors.ts'
import { describe } from '../values/describe.ts'
import { arrayPosition, elementAt } from '../values/paths.ts'
import type { Document, Maybe, Value } from '../values/types.ts'

/** Returned by an operator to remove the field. */
export const REMOVE = Symbol('remove')

/** The most elements that a write past the end of an array may add. */
const MAX_PADDING = 1_500_000

type Container = Document | Value[]

/**
 * Replaces the value at a path with `change(value)`. With `creates`, missing documents on the path are created, and
 * what cannot hold a field is an error; without, nothing happens then.
 * @throws ServerError `PathNotViable` (28)
 */
export function changePath(
  document: Document,
  path: readonly string[],
  creates: boolean,
  change: (current: Maybe) => Maybe | typeof REMOVE,
): void {
  let container: Container = document
  for (const [i, name] of path.slice(0, -1).entries()) {
    const next = get(container, name)
    if (next instanceof Map || Array.isArray(next)) {
      container = next
      continue
    }
    if (!creates) return
    if (next !== undefined) throw notViable(path[i + 1] as string, name, next)
    const made: Document = new Map()
    put(container, name, made, path[i - 1])
    container = made
  }
  const name = path.at(-1) as string
  if (Array.isArray(container) && arrayPosition(name) === undefined) {
    if (!creates) return
    throw notViable(name, path.at(-2) ?? '', container)
  }
  const current = get(container, name)
  const next = change(current)
  if (next === REMOVE) remove(container, name)
  else if (next !== undefined && next !== current) put(container, name, next, path.at(-2))
}

export const setPath = (document: Document, path: readonly string[], value: Value): void =>
  changePath(document, path, true, () => value)

const get = (container: Container, name: string): Maybe =>
  container instanceof Map ? container.get(name) : elementAt(container, name)

function put(container: Container, name: string, value: Value, parent: string | undefined): void {
  if (container instanceof Map) {
    container.set(name, value)
    return
  }
  const position = arrayPosition(name)
  if (position === undefined) throw notViable(name, parent ?? '', container)
  if (position - container.length > MAX_PADDING)
    throw new ServerError('PathNotViable', `can't backfill more than ${MAX_PADDING} elements`)
  while (container.length < position) container.push(null)
  container[position] = value
}

/** An array keeps its length; the element becomes null. */
function remove(container: Container, name: string): void {
  if (container instanceof Map) container.delete(name)
  else {
    const position = arrayPosition(name)
    if (position !== undefined && position < container.length) container[position] = null
  }
}

const notViable = (name: string, parent: string, value: Value): ServerError =>
  new ServerError('PathNotViable', `Cannot create field '${name}' in element {${parent}: ${describe(value)}}`)
