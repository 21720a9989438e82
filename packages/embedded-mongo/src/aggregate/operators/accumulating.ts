import { compareValues } from '../../values/compare.ts'
import { arithmetic, toDouble } from '../../values/numbers.ts'
import { int, isNullish, isNumeric, type Maybe, type Numeric, type Value } from '../../values/types.ts'
import type { Scope } from '../scope.ts'
import { type OperatorCompiler, positional } from './operator.ts'

/** As expressions these take several arguments, or one array. */
const over = (run: (values: Maybe[], scope: Scope) => Maybe): OperatorCompiler =>
  positional(1, Number.POSITIVE_INFINITY, (args, scope) => {
    const [only] = args
    return run(args.length === 1 && Array.isArray(only) ? only : args, scope)
  })

export const accumulatingOperators: Record<string, OperatorCompiler> = {
  $sum: over((values) => total(values)),
  $avg: over((values) => average(values)),
  $min: over((values, { collation }) => extreme(values, (a, b) => compareValues(a, b, collation))),
  $max: over((values, { collation }) => extreme(values, (a, b) => compareValues(b, a, collation))),
  $stdDevPop: over((values) => deviation(values, 0)),
  $stdDevSamp: over((values) => deviation(values, 1)),
}

/** Ignores what is not a number. */
export const total = (values: Maybe[]): Numeric =>
  values.filter(isNumeric).reduce<Numeric>((sum, value) => arithmetic('add', sum, value), int(0))

export function average(values: Maybe[]): Value {
  const numbers = values.filter(isNumeric)
  return numbers.length === 0 ? null : toDouble(total(numbers)) / numbers.length
}

export function extreme(values: Maybe[], compare: (a: Value, b: Value) => number): Value {
  let best: Maybe
  for (const value of values)
    if (!isNullish(value) && (best === undefined || compare(value, best) < 0)) best = value
  return best ?? null
}

export function deviation(values: Maybe[], lessOne: 0 | 1): Value {
  const numbers = values.filter(isNumeric).map(toDouble)
  if (numbers.length <= lessOne) return null
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (numbers.length - lessOne))
}
