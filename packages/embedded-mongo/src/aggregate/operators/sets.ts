import { ServerError } from '../../errors.ts'
import { encodeKey } from '../../values/key.ts'
import type { Maybe, Value } from '../../values/types.ts'
import { type Scope, truthy } from '../scope.ts'
import { type OperatorCompiler, positional, strict, typeText } from './operator.ts'

const ANY = Number.POSITIVE_INFINITY

/** The distinct values, by a key that equal values share. */
function set(operator: string, value: Maybe, { collation }: Scope): Map<string, Value> {
  if (!Array.isArray(value))
    throw new ServerError(
      'Location17048',
      `All operands of ${operator} must be arrays. One argument is of type: ${typeText(value)}`,
    )
  const result = new Map<string, Value>()
  for (const member of value) {
    const identity = encodeKey(member, false, collation).toString('latin1')
    if (!result.has(identity)) result.set(identity, member)
  }
  return result
}

const subset = (a: Map<string, Value>, b: Map<string, Value>): boolean =>
  [...a.keys()].every((key) => b.has(key))

export const setOperators: Record<string, OperatorCompiler> = {
  $setUnion: strict(0, ANY, (lists, scope, operator) => [
    ...new Map(lists.flatMap((list) => [...set(operator, list, scope)])).values(),
  ]),
  $setIntersection: strict(0, ANY, (lists, scope, operator) => {
    const [first, ...others] = lists.map((list) => set(operator, list, scope))
    return [...(first ?? [])]
      .filter(([key]) => others.every((other) => other.has(key)))
      .map(([, value]) => value)
  }),
  $setDifference: strict(2, 2, ([a, b], scope, operator) => {
    const taken = set(operator, b, scope)
    return [...set(operator, a, scope)].filter(([key]) => !taken.has(key)).map(([, value]) => value)
  }),
  $setEquals: positional(2, ANY, (lists, scope, operator) => {
    const [first, ...others] = lists.map((list) => set(operator, list, scope))
    return others.every((other) => first !== undefined && subset(first, other) && subset(other, first))
  }),
  $setIsSubset: positional(2, 2, ([a, b], scope, operator) =>
    subset(set(operator, a, scope), set(operator, b, scope)),
  ),
  $anyElementTrue: positional(1, 1, ([list], scope, operator) =>
    [...set(operator, list, scope).values()].some(truthy),
  ),
  $allElementsTrue: positional(1, 1, ([list], scope, operator) =>
    [...set(operator, list, scope).values()].every(truthy),
  ),
}
