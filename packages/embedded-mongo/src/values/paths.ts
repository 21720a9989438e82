import type { Document, Maybe, Value } from './types.ts'

/** Called with each value at a path and its position in the outermost array. Returning true ends the walk. */
type Visit = (value: Maybe, position: number | undefined) => boolean

/**
 * Visits the values at a dotted path, by MongoDB's rules:
 * - An array on the path is entered element by element, and by position where the name is a number.
 * - An array at the end is visited element by element and then as a whole (unless `leafArrays` is false).
 * - Where there is nothing the value is `undefined`, except inside an array without documents.
 */
export function reach(
  container: Document | Value[],
  path: readonly string[],
  visit: Visit,
  leafArrays = true,
  from = 0,
  position?: number,
): boolean {
  let value: Maybe = container
  let i = from
  do {
    const name = path[i] as string
    value = value instanceof Map ? value.get(name) : Array.isArray(value) ? elementAt(value, name) : undefined
    i++
  } while (i < path.length && value instanceof Map)
  if (!Array.isArray(value)) return visit(i < path.length ? undefined : value, position)
  if (i === path.length) {
    if (leafArrays)
      for (const [index, element] of value.entries()) if (visit(element, position ?? index)) return true
    return visit(value, position)
  }
  return reachInto(value, path, visit, leafArrays, i, position)
}

/** The path goes on below an array. */
function reachInto(
  array: Value[],
  path: readonly string[],
  visit: Visit,
  leafArrays: boolean,
  i: number,
  position: number | undefined,
): boolean {
  const last = i + 1 === path.length
  for (const [index, element] of array.entries()) {
    const at = position ?? index
    if (element instanceof Map && reach(element, path, visit, leafArrays, i, at)) return true
    if (path[i] !== String(index)) continue
    if (last) {
      if (visit(element, at)) return true
    } else if (element instanceof Map || Array.isArray(element)) {
      if (reach(element, path, visit, leafArrays, i + 1, at)) return true
    }
  }
  return false
}

/** `'12'` as an array position; undefined for any other name. */
export function arrayPosition(name: string): number | undefined {
  return /^(0|[1-9]\d*)$/.test(name) ? Number(name) : undefined
}

export function elementAt(array: Value[], name: string): Maybe {
  const position = arrayPosition(name)
  return position === undefined ? undefined : array[position]
}

/** The value at a path. Arrays are entered by position only. */
export function valueAt(value: Maybe, path: readonly string[]): Maybe {
  let current = value
  for (const name of path) {
    if (current instanceof Map) current = current.get(name)
    else if (Array.isArray(current)) current = elementAt(current, name)
    else return undefined
  }
  return current
}

/** `a.b` is under `a`, and `a` under itself. */
export const isUnder = (path: string, ancestor: string): boolean =>
  path === ancestor || path.startsWith(`${ancestor}.`)
