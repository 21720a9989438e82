import type { Value } from '../values/types.ts'

/** `$slice`: the first `count` elements, or `count` after `skip`. Negative numbers count from the end. */
export function slice(value: Value[], skip: number | undefined, count: number): Value[] {
  if (skip === undefined) return count >= 0 ? value.slice(0, count) : value.slice(count)
  const start = skip < 0 ? Math.max(0, value.length + skip) : skip
  return value.slice(start, start + count)
}
