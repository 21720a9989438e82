import { BSONSymbol, MaxKey, MinKey } from 'bson'
import type { Collation } from '../values/collation.ts'
import { compareValues, rank } from '../values/compare.ts'
import { isNullish, type Maybe, type Value } from '../values/types.ts'

export type Predicate = (value: Maybe) => boolean

/** Equality in a filter: null also matches a missing field. */
export function equals(operand: Value, collation?: Collation): Predicate {
  if (isNullish(operand)) return isNullish
  if (typeof operand === 'string' && !collation)
    return (value) => value === operand || (value instanceof BSONSymbol && value.value === operand)
  return (value) => value !== undefined && compareValues(value, operand, collation) === 0
}

/** `$gt`, `$gte`, `$lt`, `$lte` compare values of the operand's type only, unless it is MinKey or MaxKey. */
export function ordered(operator: string, operand: Value, collation?: Collation): Predicate {
  const accepts = ACCEPTS[operator] as (order: number) => boolean
  if (isNullish(operand)) return (value) => isNullish(value) && accepts(0)
  if (operand instanceof MinKey || operand instanceof MaxKey)
    return (value) => accepts(compareValues(value ?? null, operand))
  const kind = rank(operand)
  return (value) => {
    if (value === undefined || rank(value) !== kind) return false
    // NaN is unordered: it equals itself and is neither above nor below anything.
    if (isNaNValue(value) !== isNaNValue(operand)) return false
    return accepts(compareValues(value, operand, collation))
  }
}

const ACCEPTS: Record<string, (order: number) => boolean> = {
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
}

const isNaNValue = (value: Value): boolean =>
  Number.isNaN(value) ||
  (typeof value === 'object' && value !== null && String(value) === 'NaN' && rank(value) === 10)
