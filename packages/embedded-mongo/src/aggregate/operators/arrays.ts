import { ServerError } from '../../errors.ts'
import { slice } from '../../query/slice.ts'
import { compileSort } from '../../query/sort.ts'
import { compareValues, valuesEqual } from '../../values/compare.ts'
import { toDouble, wholeNumber } from '../../values/numbers.ts'
import {
  type Document,
  document,
  int,
  isDocument,
  isNullish,
  isNumeric,
  type Maybe,
  type Value,
} from '../../values/types.ts'
import { checkVariableName, type Scope, truthy, withVariables } from '../scope.ts'
import { named, type OperatorCompiler, positional, strict, sure, typeText } from './operator.ts'

const ANY = Number.POSITIVE_INFINITY

function array(operator: string, value: Maybe): Value[] {
  if (Array.isArray(value)) return value
  throw new ServerError(
    'Location28689',
    `The argument to ${operator} must be an array, but was of type: ${typeText(value)}`,
  )
}

function wholeOf(operator: string, value: Maybe): number {
  const number = isNumeric(value) ? wholeNumber(value) : undefined
  if (number === undefined)
    throw new ServerError(
      'Location28691',
      `${operator} needs a number that fits 32 bits, got ${typeText(value)}`,
    )
  return number
}

const bind = (scope: Scope, name: string, value: Maybe): Scope => withVariables(scope, [[name, value]])

const nameOf = (source: Maybe, fallback: string): string => {
  if (source === undefined) return fallback
  if (typeof source !== 'string') throw new ServerError('FailedToParse', "'as' must be a string")
  checkVariableName(source)
  return source
}

export const arrayOperators: Record<string, OperatorCompiler> = {
  $arrayElemAt: strict(2, 2, ([list, position], _, operator) => {
    const at = wholeOf(operator, position)
    return array(operator, list).at(at)
  }),
  $first: strict(1, 1, ([list], _, operator) => array(operator, list)[0]),
  $last: strict(1, 1, ([list], _, operator) => array(operator, list).at(-1)),
  $size: positional(1, 1, ([list]) => {
    if (!Array.isArray(list))
      throw new ServerError(
        'Location17124',
        `The argument to $size must be an array, but was of type: ${typeText(list)}`,
      )
    return int(list.length)
  }),
  $isArray: positional(1, 1, ([value]) => Array.isArray(value)),
  $concatArrays: strict(0, ANY, (lists) =>
    lists.flatMap((list) => {
      if (!Array.isArray(list))
        throw new ServerError('Location28664', `$concatArrays only supports arrays, not ${typeText(list)}`)
      return list
    }),
  ),
  $slice: strict(2, 3, ([list, a, b], _, operator) => {
    const values = list as Value
    if (!Array.isArray(values))
      throw new ServerError(
        'Location28724',
        `First argument to $slice must be an array, but is of type: ${typeText(values)}`,
      )
    const first = wholeOf(operator, a)
    if (b === undefined) return slice(values, undefined, first)
    const count = wholeOf(operator, b)
    if (count <= 0)
      throw new ServerError('Location28729', `Third argument to $slice must be positive: ${count}`)
    return slice(values, first, count)
  }),
  $reverseArray: strict(1, 1, ([list], _, operator) => [...array(operator, list)].reverse()),
  $in: positional(2, 2, ([value, list], { collation }) => {
    if (!Array.isArray(list))
      throw new ServerError(
        'Location40081',
        `$in requires an array as a second argument, found: ${typeText(list)}`,
      )
    return list.some((member) => valuesEqual(member, value, collation))
  }),
  $indexOfArray: positional(2, 4, ([list, value, start, end], { collation }, operator) => {
    if (isNullish(list)) return null
    const values = array(operator, list)
    const from = start === undefined ? 0 : wholeOf(operator, start)
    const to = end === undefined ? values.length : wholeOf(operator, end)
    return int(values.findIndex((member, i) => i >= from && i < to && valuesEqual(member, value, collation)))
  }),
  $range: strict(2, 3, ([start, end, step], _, operator) => {
    const by = step === undefined ? 1 : wholeOf(operator, step)
    if (by === 0) throw new ServerError('Location34449', '$range requires a non-zero step value')
    const result: Value[] = []
    const last = wholeOf(operator, end)
    for (let i = wholeOf(operator, start); by > 0 ? i < last : i > last; i += by) result.push(int(i))
    return result
  }),
  $filter: named(['input', 'cond'], ['as', 'limit'], (arg, source) => {
    const name = nameOf(source.get('as'), 'this')
    const [input, test, limit] = [sure(arg('input')), sure(arg('cond', [name])), arg('limit')]
    return (scope) => {
      const list = input(scope)
      if (isNullish(list)) return null
      const most = limit?.(scope)
      const kept = array('$filter', list).filter((value) => truthy(test(bind(scope, name, value))))
      return isNumeric(most) ? kept.slice(0, toDouble(most)) : kept
    }
  }),
  $map: named(['input', 'in'], ['as'], (arg, source) => {
    const name = nameOf(source.get('as'), 'this')
    const [input, each] = [sure(arg('input')), sure(arg('in', [name]))]
    return (scope) => {
      const list = input(scope)
      if (isNullish(list)) return null
      return array('$map', list).map((value) => each(bind(scope, name, value)) ?? null)
    }
  }),
  $reduce: named(['input', 'initialValue', 'in'], [], (arg) => {
    const [input, initial] = [sure(arg('input')), sure(arg('initialValue'))]
    const step = sure(arg('in', ['value', 'this']))
    return (scope) => {
      const list = input(scope)
      if (isNullish(list)) return null
      return array('$reduce', list).reduce<Maybe>(
        (value, element) =>
          step(
            withVariables(scope, [
              ['value', value],
              ['this', element],
            ]),
          ),
        initial(scope),
      )
    }
  }),
  $sortArray: named(['input', 'sortBy'], [], (arg, source) => {
    const input = sure(arg('input'))
    const by = source.get('sortBy') as Value
    return (scope) => {
      const list = input(scope)
      if (isNullish(list)) return null
      return [...array('$sortArray', list)].sort(elementOrder(by, scope))
    }
  }),
  $zip: named(['inputs'], ['useLongestLength', 'defaults'], (arg, source) => {
    const [inputs, defaults] = [sure(arg('inputs')), arg('defaults')]
    const longest = source.get('useLongestLength') === true
    return (scope) => {
      const lists = array('$zip', inputs(scope))
      if (lists.some(isNullish)) return null
      const columns = lists.map((list) => array('$zip', list))
      const lengths = columns.map((column) => column.length)
      const length = lengths.length === 0 ? 0 : longest ? Math.max(...lengths) : Math.min(...lengths)
      const fill = defaults?.(scope)
      return Array.from({ length }, (_, i) =>
        columns.map((column, c) => column[i] ?? (Array.isArray(fill) ? (fill[c] ?? null) : null)),
      )
    }
  }),
  $arrayToObject: strict(1, 1, ([list], _, operator) => {
    const result: Document = new Map()
    for (const pair of array(operator, list)) {
      const [key, value] = isDocument(pair) ? [pair.get('k'), pair.get('v')] : Array.isArray(pair) ? pair : []
      if (typeof key !== 'string' || value === undefined)
        throw new ServerError('Location40386', '$arrayToObject requires an array of key-value pairs')
      result.set(key, value)
    }
    return result
  }),
  $objectToArray: strict(1, 1, ([value]) => {
    if (!isDocument(value))
      throw new ServerError(
        'Location40390',
        `$objectToArray requires a document input, found: ${typeText(value)}`,
      )
    return [...value].map(([k, v]) => document({ k, v }))
  }),
  $firstN: firstN((list, n) => list.slice(0, n)),
  $lastN: firstN((list, n) => list.slice(-n)),
  $maxN: firstN((list, n, scope) => ordered(list, scope, -1).slice(0, n)),
  $minN: firstN((list, n, scope) => ordered(list, scope, 1).slice(0, n)),
}

function ordered(list: Value[], { collation }: Scope, direction: number): Value[] {
  return list.filter((value) => !isNullish(value)).sort((a, b) => compareValues(a, b, collation) * direction)
}

function firstN(pick: (list: Value[], n: number, scope: Scope) => Value[]): OperatorCompiler {
  return named(['input', 'n'], [], (arg) => {
    const [input, n] = [sure(arg('input')), sure(arg('n'))]
    return (scope) => pick(array('$firstN', input(scope)), wholeOf('n', n(scope)), scope)
  })
}

/** `1` or `-1` sorts whole elements, a document sorts by their fields. */
function elementOrder(by: Value, { collation }: Scope): (a: Value, b: Value) => number {
  if (isNumeric(by)) return (a, b) => compareValues(a, b, collation) * toDouble(by)
  if (!isDocument(by))
    throw new ServerError('Location2942504', '$sortArray needs a sortBy of 1, -1 or a document')
  const order = compileSort(by, collation)
  const keyOf = (value: Value): Value[] => order.key(isDocument(value) ? value : new Map())
  return (a, b) => order.compare(keyOf(a), keyOf(b))
}
