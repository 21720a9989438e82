import { Binary, Decimal128, Int32, ObjectId } from 'bson'
import { ServerError } from '../../errors.ts'
import { fitsInt32, fitsInt64, toBigInt, toDecimal, toDouble } from '../../values/numbers.ts'
import {
  int,
  isNullish,
  isNumeric,
  type Maybe,
  TYPE_NUMBERS,
  typeName,
  type Value,
} from '../../values/types.ts'
import { truthy } from '../scope.ts'
import { named, type OperatorCompiler, positional, strict, sure, typeText } from './operator.ts'

type Target = 'double' | 'string' | 'objectId' | 'bool' | 'date' | 'int' | 'long' | 'decimal'

const to = (target: Target): OperatorCompiler => strict(1, 1, ([value]) => convert(value as Value, target))

export const typeOperators: Record<string, OperatorCompiler> = {
  $type: positional(1, 1, ([value]) => typeText(value)),
  $isNumber: positional(1, 1, ([value]) => isNumeric(value)),
  $toDouble: to('double'),
  $toString: to('string'),
  $toObjectId: to('objectId'),
  $toBool: to('bool'),
  $toDate: to('date'),
  $toInt: to('int'),
  $toLong: to('long'),
  $toDecimal: to('decimal'),
  $binarySize: strict(1, 1, ([value]) =>
    int(value instanceof Binary ? value.position : Buffer.byteLength(String(value))),
  ),
  $convert: named(['input', 'to'], ['onError', 'onNull'], (arg) => {
    const [input, target, onError, onNull] = [
      sure(arg('input')),
      sure(arg('to')),
      arg('onError'),
      arg('onNull'),
    ]
    return (scope) => {
      const value = input(scope)
      const type = target(scope)
      if (isNullish(value) || isNullish(type)) return onNull ? onNull(scope) : null
      try {
        return convert(value, targetOf(type))
      } catch (error) {
        if (onError && error instanceof ServerError && error.codeName === 'ConversionFailure')
          return onError(scope)
        throw error
      }
    }
  }),
}

const TARGETS: readonly Target[] = ['double', 'string', 'objectId', 'bool', 'date', 'int', 'long', 'decimal']

function targetOf(type: Value): Target {
  const found = TARGETS.find(
    (name) => name === type || (isNumeric(type) && TYPE_NUMBERS[name] === toDouble(type)),
  )
  if (!found) throw new ServerError('BadValue', `Unknown type name: ${String(type)}`)
  return found
}

const failure = (value: Value, target: Target): ServerError =>
  new ServerError(
    'ConversionFailure',
    `Unsupported conversion from ${typeName(value)} to ${target} in $convert with no onError value`,
  )

function convert(value: Value, target: Target): Maybe {
  switch (target) {
    case 'bool':
      return typeof value === 'string' || truthy(value)
    case 'string':
      return text(value)
    case 'objectId':
      if (value instanceof ObjectId) return value
      if (typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)) return new ObjectId(value)
      throw failure(value, target)
    case 'date':
      return date(value)
    default:
      return number(value, target)
  }
}

function text(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof ObjectId) return value.toHexString()
  if (typeof value === 'boolean' || isNumeric(value)) return String(value)
  if (value instanceof Binary && value.sub_type === Binary.SUBTYPE_UUID) return value.toUUID().toString()
  throw failure(value, 'string')
}

function date(value: Value): Date {
  if (value instanceof Date) return value
  if (value instanceof ObjectId) return value.getTimestamp()
  const parsed =
    isNumeric(value) && !(value instanceof Int32)
      ? new Date(toDouble(value))
      : typeof value === 'string'
        ? new Date(value)
        : undefined
  if (!parsed || Number.isNaN(parsed.getTime())) throw failure(value, 'date')
  return parsed
}

function number(value: Value, target: 'double' | 'int' | 'long' | 'decimal'): Value {
  if (typeof value === 'boolean') return number(int(value ? 1 : 0), target)
  if (value instanceof Date) {
    if (target === 'int') throw failure(value, target)
    return number(BigInt(value.getTime()), target)
  }
  if (typeof value === 'string') {
    if (target === 'decimal' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value))
      return Decimal128.fromStringWithRounding(value)
    if (value.trim() !== value || value === '' || Number.isNaN(Number(value)))
      throw new ServerError(
        'ConversionFailure',
        `Failed to parse number '${value}' in $convert with no onError value`,
      )
    if (target === 'double') return Number(value)
    if (!/^[+-]?\d+$/.test(value))
      throw new ServerError(
        'ConversionFailure',
        `Failed to parse number '${value}' in $convert with no onError value: Did not consume whole string.`,
      )
    return number(BigInt(value), target)
  }
  if (!isNumeric(value)) throw failure(value, target)
  if (target === 'double') return toDouble(value)
  if (target === 'decimal') return toDecimal(value)
  const whole = toBigInt(value)
  if (target === 'long' ? !fitsInt64(whole) : !fitsInt32(Number(whole)))
    throw new ServerError(
      'ConversionFailure',
      `Conversion would overflow target type in $convert with no onError value: ${whole}`,
    )
  return target === 'long' ? whole : int(Number(whole))
}
