import { Timestamp } from 'bson'
import { ServerError } from '../errors.ts'
import { cloneValue } from '../values/bson.ts'
import { compareValues } from '../values/compare.ts'
import { describe } from '../values/describe.ts'
import { arithmetic, fitsInt64, integer, toBigInt } from '../values/numbers.ts'
import {
  int,
  isDocument,
  isNumeric,
  type Maybe,
  type Numeric,
  typeName,
  type Value,
} from '../values/types.ts'
import type { Modifier } from './types.ts'
import { REMOVE } from './write-path.ts'

/** The modifier for an operator that sets one value; undefined for any other operator. */
export function valueModifier(operator: string, operand: Value): Modifier | undefined {
  switch (operator) {
    case '$set':
      return { creates: true, apply: () => cloneValue(operand) }
    case '$setOnInsert':
      return { creates: true, insertOnly: true, apply: () => cloneValue(operand) }
    case '$unset':
      return { creates: false, apply: () => REMOVE }
    case '$inc':
    case '$mul':
      return arithmeticModifier(operator, operand)
    case '$min':
      return { creates: true, apply: (current) => pick(current, operand, -1) }
    case '$max':
      return { creates: true, apply: (current) => pick(current, operand, 1) }
    case '$currentDate':
      return currentDate(operand)
    case '$bit':
      return bit(operand)
    default:
      return undefined
  }
}

function arithmeticModifier(operator: '$inc' | '$mul', operand: Value): Modifier {
  const verb = operator === '$inc' ? 'increment' : 'multiply'
  if (!isNumeric(operand))
    throw new ServerError(
      'TypeMismatch',
      `Cannot ${verb} with non-numeric argument: {${String(describe(operand))}}`,
    )
  return {
    creates: true,
    apply: (current, _, path) => {
      if (current === undefined) return operator === '$inc' ? operand : zeroLike(operand)
      if (!isNumeric(current))
        throw new ServerError(
          'TypeMismatch',
          `Cannot apply ${operator} to a value of non-numeric type. {_id: …} has the field '${path.split('.').at(-1)}' of non-numeric type ${typeName(current)}`,
        )
      const result = arithmetic(operator === '$inc' ? 'add' : 'multiply', current, operand)
      if (typeof result === 'number' && typeof current !== 'number' && typeof operand !== 'number')
        throw new ServerError(
          'BadValue',
          `Failed to apply ${operator} operations to current value (${describe(current)}): the result does not fit int64`,
        )
      return result
    },
  }
}

const zeroLike = (operand: Numeric): Value => arithmetic('multiply', operand, int(0))

function pick(current: Maybe, operand: Value, sign: number): Value {
  if (current === undefined) return cloneValue(operand)
  return compareValues(operand, current) * sign > 0 ? cloneValue(operand) : current
}

function currentDate(operand: Value): Modifier {
  const type = isDocument(operand) ? operand.get('$type') : operand
  if (type === 'timestamp')
    return {
      creates: true,
      apply: (_, { now }) => new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }),
    }
  if (type === 'date' || typeof operand === 'boolean') return { creates: true, apply: (_, { now }) => now }
  throw new ServerError(
    'BadValue',
    `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
  )
}

function bit(operand: Value): Modifier {
  if (!isDocument(operand) || operand.size === 0)
    throw new ServerError(
      'BadValue',
      'The $bit modifier is not compatible with this argument. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}',
    )
  const steps = [...operand].map(([name, mask]) => {
    if (!['and', 'or', 'xor'].includes(name))
      throw new ServerError(
        'BadValue',
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}'`,
      )
    if (!isInteger(mask))
      throw new ServerError(
        'BadValue',
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(mask)}' is not supported here`,
      )
    return { name, mask }
  })
  return {
    creates: true,
    apply: (current, _, path) => {
      if (current !== undefined && !isInteger(current))
        throw new ServerError(
          'BadValue',
          `Cannot apply $bit to a value of non-integral type. The field '${path}' is of type ${typeName(current)}`,
        )
      return steps.reduce<Numeric>((value, { name, mask }) => combine(name, value, mask), current ?? int(0))
    },
  }
}

const isInteger = (value: Maybe): value is Numeric =>
  isNumeric(value) && ['int', 'long'].includes(typeName(value))

function combine(name: string, value: Numeric, mask: Numeric): Numeric {
  const x = toBigInt(value)
  const y = toBigInt(mask)
  const result = name === 'and' ? x & y : name === 'or' ? x | y : x ^ y
  const wide = typeName(value) === 'long' || typeName(mask) === 'long'
  return wide && fitsInt64(result) ? result : integer(result)
}
