import { BSONRegExp } from 'bson'
import { ServerError } from '../errors.ts'
import { compileFilter, elementTest } from '../query/filter.ts'
import { isOperators } from '../query/operators.ts'
import { compileRegex } from '../query/regex.ts'
import { compileSort } from '../query/sort.ts'
import { cloneValue } from '../values/bson.ts'
import type { Collation } from '../values/collation.ts'
import { compareValues, valuesEqual } from '../values/compare.ts'
import { toDouble, wholeNumber } from '../values/numbers.ts'
import { document, isDocument, isNumeric, type Maybe, typeName, type Value } from '../values/types.ts'
import type { Modifier } from './types.ts'

/** The modifier for an array operator; undefined for any other operator. */
export function arrayModifier(operator: string, operand: Value, collation?: Collation): Modifier | undefined {
  switch (operator) {
    case '$push':
      return push(operand, collation)
    case '$pushAll':
      return undefined
    case '$addToSet':
      return addToSet(operand, collation)
    case '$pop':
      return pop(operand)
    case '$pull':
      return pull(elementsToPull(operand, collation))
    case '$pullAll':
      return pullAll(operand, collation)
    default:
      return undefined
  }
}

function arrayOf(current: Maybe, operator: string, path: string): Value[] {
  if (current === undefined) return []
  if (Array.isArray(current)) return [...current]
  throw new ServerError(
    'BadValue',
    `The field '${path}' must be an array but is of type ${typeName(current)} and cannot be changed by ${operator}`,
  )
}

const PUSH_OPTIONS = new Set(['$each', '$slice', '$sort', '$position'])

function push(operand: Value, collation?: Collation): Modifier {
  const options = isDocument(operand) && operand.has('$each') ? operand : document({ $each: [operand] })
  for (const name of options.keys())
    if (!PUSH_OPTIONS.has(name)) throw new ServerError('BadValue', `Unrecognized clause in $push: ${name}`)
  const each = options.get('$each')
  if (!Array.isArray(each))
    throw new ServerError(
      'BadValue',
      `The argument to $each in $push must be an array but it was of type: ${typeOfMaybe(each)}`,
    )
  const slice = optionalInteger(options.get('$slice'), '$slice')
  const position = optionalInteger(options.get('$position'), '$position')
  const sort = options.get('$sort')
  const compare = sort === undefined ? undefined : elementOrder(sort, collation)
  return {
    creates: true,
    apply: (current, _, path) => {
      if (current !== undefined && !Array.isArray(current))
        throw new ServerError(
          'BadValue',
          `The field '${path}' must be an array but is of type ${typeName(current)}`,
        )
      const array = arrayOf(current, '$push', path)
      array.splice(position ?? array.length, 0, ...cloneValue(each))
      if (compare) array.sort(compare)
      if (slice === undefined) return array
      return slice === 0 ? [] : slice > 0 ? array.slice(0, slice) : array.slice(slice)
    },
  }
}

const typeOfMaybe = (value: Maybe): string => (value === undefined ? 'missing' : typeName(value))

function optionalInteger(value: Maybe, name: string): number | undefined {
  if (value === undefined) return undefined
  const number = isNumeric(value) ? wholeNumber(value) : undefined
  if (number === undefined)
    throw new ServerError(
      'BadValue',
      `The value for ${name} must be an integer value but was given type: ${typeName(value)}`,
    )
  return number
}

/** `1` or `-1` sorts whole elements, a document sorts by their fields. */
function elementOrder(sort: Value, collation?: Collation): (a: Value, b: Value) => number {
  if (isNumeric(sort)) {
    const direction = toDouble(sort)
    if (direction !== 1 && direction !== -1)
      throw new ServerError('BadValue', 'The $sort element value must be either 1 or -1')
    return (a, b) => compareValues(a, b, collation) * direction
  }
  if (!isDocument(sort) || sort.size === 0)
    throw new ServerError(
      'BadValue',
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    )
  const order = compileSort(sort, collation)
  const keyOf = (value: Value): Value[] => order.key(isDocument(value) ? value : new Map())
  return (a, b) => order.compare(keyOf(a), keyOf(b))
}

function addToSet(operand: Value, collation?: Collation): Modifier {
  const each = isDocument(operand) && operand.has('$each') ? operand.get('$each') : [operand]
  if (!Array.isArray(each))
    throw new ServerError(
      'TypeMismatch',
      `The argument to $each in $addToSet must be an array but it was of type ${typeOfMaybe(each)}`,
    )
  return {
    creates: true,
    apply: (current, _, path) => {
      if (current !== undefined && !Array.isArray(current))
        throw new ServerError(
          'BadValue',
          `Cannot apply $addToSet to non-array field. Field named '${path}' has non-array type ${typeName(current)}`,
        )
      const array = arrayOf(current, '$addToSet', path)
      for (const value of each)
        if (!array.some((member) => valuesEqual(member, value, collation))) array.push(cloneValue(value))
      return array
    },
  }
}

function pop(operand: Value): Modifier {
  const end = isNumeric(operand) ? toDouble(operand) : undefined
  if (end !== 1 && end !== -1)
    throw new ServerError('FailedToParse', `$pop expects 1 or -1, found: ${String(operand)}`)
  return {
    creates: false,
    apply: (current, _, path) => {
      if (current === undefined) return undefined
      if (!Array.isArray(current))
        throw new ServerError(
          'TypeMismatch',
          `Path '${path}' contains an element of non-array type '${typeName(current)}'`,
        )
      return end === 1 ? current.slice(0, -1) : current.slice(1)
    },
  }
}

/** `$pull`: operators test the element, a document tests its fields, anything else has to be equal. */
function elementsToPull(operand: Value, collation?: Collation): (element: Value) => boolean {
  if (operand instanceof BSONRegExp) return compileRegex(operand.pattern, operand.options)
  if (isOperators(operand)) return elementTest(operand, { collation })
  if (isDocument(operand)) {
    const filter = compileFilter(operand, { collation })
    return (element) => isDocument(element) && filter.matches(element)
  }
  return (element) => valuesEqual(element, operand, collation)
}

function pullAll(operand: Value, collation?: Collation): Modifier {
  if (!Array.isArray(operand))
    throw new ServerError(
      'BadValue',
      `$pullAll requires an array argument but was given a ${typeName(operand)}`,
    )
  return pull((element) => operand.some((value) => valuesEqual(element, value, collation)))
}

const pull = (matches: (element: Value) => boolean): Modifier => ({
  creates: false,
  apply: (current) => {
    if (current === undefined) return undefined
    if (!Array.isArray(current)) throw new ServerError('BadValue', 'Cannot apply $pull to a non-array value')
    return current.filter((element) => !matches(element))
  },
})
