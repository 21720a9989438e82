import { Decimal128, Int32 } from 'bson'
import { ServerError } from '../../errors.ts'
import { arithmetic, decimal, integer, toBigInt, toDecimal, toDouble } from '../../values/numbers.ts'
import { int, isNullish, isNumeric, type Maybe, type Numeric, type Value } from '../../values/types.ts'
import { type OperatorCompiler, positional, strict, typeText } from './operator.ts'

export const arithmeticOperators: Record<string, OperatorCompiler> = {
  $add: positional(0, Number.POSITIVE_INFINITY, (args) => sum(args)),
  $subtract: strict(2, 2, ([a, b]) => subtract(a as Value, b as Value)),
  $multiply: positional(0, Number.POSITIVE_INFINITY, (args, _, operator) => {
    if (args.some(isNullish)) return null
    return args.reduce<Numeric>(
      (total, value) => arithmetic('multiply', total, number(operator, value)),
      int(1),
    )
  }),
  $divide: strict(2, 2, ([a, b], _, operator) => divide(number(operator, a), number(operator, b))),
  $mod: strict(2, 2, ([a, b], _, operator) => modulo(number(operator, a), number(operator, b))),
  $abs: strict(1, 1, ([value], _, operator) => abs(number(operator, value))),
  $ceil: strict(1, 1, ([value], _, operator) => whole(number(operator, value), Math.ceil)),
  $floor: strict(1, 1, ([value], _, operator) => whole(number(operator, value), Math.floor)),
  $round: strict(1, 2, ([value, place], _, operator) => round(operator, value, place, roundHalfEven)),
  $trunc: strict(1, 2, ([value, place], _, operator) => round(operator, value, place, Math.trunc)),
  $sqrt: strict(1, 1, ([value], _, operator) => {
    const root = toDouble(number(operator, value))
    if (root < 0)
      throw new ServerError('Location28714', "$sqrt's argument must be greater than or equal to 0")
    return Math.sqrt(root)
  }),
  $exp: strict(1, 1, ([value], _, operator) => Math.exp(toDouble(number(operator, value)))),
  $ln: strict(1, 1, ([value], _, operator) => Math.log(positive(operator, value))),
  $log10: strict(1, 1, ([value], _, operator) => Math.log10(positive(operator, value))),
  $log: strict(
    2,
    2,
    ([value, base], _, operator) => Math.log(positive(operator, value)) / Math.log(positive(operator, base)),
  ),
  $pow: strict(2, 2, ([base, power], _, operator) => pow(number(operator, base), number(operator, power))),
  $rand: () => () => Math.random(),
}

function number(operator: string, value: Maybe): Numeric {
  if (isNumeric(value)) return value
  throw new ServerError('TypeMismatch', `${operator} only supports numeric types, not ${typeText(value)}`)
}

function positive(operator: string, value: Maybe): number {
  const result = toDouble(number(operator, value))
  if (result <= 0)
    throw new ServerError(
      'Location28766',
      `${operator}'s argument must be a positive number, but is ${result}`,
    )
  return result
}

/** `$add`: numbers, or one date and the milliseconds to add to it. */
function sum(args: Maybe[]): Maybe {
  let total: Numeric = int(0)
  let date: Date | undefined
  for (const value of args) {
    if (isNullish(value)) return null
    if (value instanceof Date) {
      if (date) throw new ServerError('Location16612', 'only one date allowed in an $add expression')
      date = value
    } else if (isNumeric(value)) total = arithmetic('add', total, value)
    else
      throw new ServerError(
        'Location16554',
        `$add only supports numeric or date types, not ${typeText(value)}`,
      )
  }
  return date ? new Date(date.getTime() + toDouble(total)) : total
}

function subtract(a: Value, b: Value): Value {
  if (a instanceof Date && b instanceof Date) return BigInt(a.getTime() - b.getTime())
  if (a instanceof Date && isNumeric(b)) return new Date(a.getTime() - toDouble(b))
  if (isNumeric(a) && isNumeric(b)) return arithmetic('subtract', a, b)
  throw new ServerError('Location16556', `can't $subtract ${typeText(b)} from ${typeText(a)}`)
}

function divide(a: Numeric, b: Numeric): Numeric {
  if (toDouble(b) === 0) throw new ServerError('Location16608', "can't $divide by zero")
  if (!(a instanceof Decimal128) && !(b instanceof Decimal128)) return toDouble(a) / toDouble(b)
  const [x, y] = [toDecimal(a), toDecimal(b)].map((value) => scaled(value))
  if (!x || !y) return toDecimal(toDouble(a) / toDouble(b))
  return decimal((x.coefficient * 10n ** 40n) / y.coefficient, x.exponent - y.exponent - 40)
}

function scaled(value: Decimal128): { coefficient: bigint; exponent: number } | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(value.toString())
  if (!match) return undefined
  const [, sign = '', units = '', fraction = '', power = '0'] = match
  return { coefficient: BigInt(`${sign}${units}${fraction}`), exponent: Number(power) - fraction.length }
}

function modulo(a: Numeric, b: Numeric): Numeric {
  if (toDouble(b) === 0) throw new ServerError('Location16610', "can't $mod by zero")
  if (isInteger(a) && isInteger(b)) return sameWidth(toBigInt(a) % toBigInt(b), a, b)
  return toDouble(a) % toDouble(b)
}

const isInteger = (value: Numeric): boolean => value instanceof Int32 || typeof value === 'bigint'

const sameWidth = (value: bigint, ...operands: Numeric[]): Numeric =>
  operands.some((operand) => typeof operand === 'bigint') ? value : integer(value)

function abs(value: Numeric): Numeric {
  if (value instanceof Decimal128) return Decimal128.fromString(value.toString().replace('-', ''))
  if (typeof value === 'number') return Math.abs(value)
  const magnitude = toBigInt(value)
  return sameWidth(magnitude < 0n ? -magnitude : magnitude, value)
}

function whole(value: Numeric, direction: (value: number) => number): Numeric {
  if (isInteger(value)) return value
  const result = direction(toDouble(value))
  return value instanceof Decimal128 ? toDecimal(result) : result
}

function round(operator: string, value: Maybe, place: Maybe, direction: (value: number) => number): Numeric {
  const source = number(operator, value)
  const digits = place === undefined ? 0 : toDouble(number(operator, place))
  if (!Number.isInteger(digits) || digits < -20 || digits > 100)
    throw new ServerError(
      'Location51083',
      `cannot apply ${operator} with precision value ${digits}; value must be in [-20, 100]`,
    )
  if (isInteger(source) && digits >= 0) return source
  const shift = (input: number, by: number): number => Number(`${input}e${by}`)
  const shifted = String(toDouble(source)).includes('e')
    ? toDouble(source) * 10 ** digits
    : shift(toDouble(source), digits)
  const result = direction(shifted) / 10 ** digits
  if (isInteger(source)) return sameWidth(BigInt(result), source)
  return source instanceof Decimal128 ? toDecimal(result) : result
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

function pow(base: Numeric, power: Numeric): Numeric {
  if (isInteger(base) && isInteger(power) && toBigInt(power) >= 0n && toBigInt(power) < 64n) {
    const result = toBigInt(base) ** toBigInt(power)
    if (BigInt.asIntN(64, result) === result) return sameWidth(result, base, power)
  }
  const result = toDouble(base) ** toDouble(power)
  return base instanceof Decimal128 || power instanceof Decimal128 ? toDecimal(result) : result
}
