import { Decimal128, Int32 } from 'bson'
import { ServerError } from '../errors.ts'
import type { Numeric } from './types.ts'

const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/** The nearest double. */
export function toDouble(value: Numeric): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Int32) return value.value
  return Number(value.toString())
}

/** A finite number as `coefficient × 10^exponent`, exactly. */
interface Exact {
  coefficient: bigint
  exponent: number
}

function exact(value: Numeric): Exact {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 }
  if (value instanceof Int32) return { coefficient: BigInt(value.value), exponent: 0 }
  if (value instanceof Decimal128) return parseDecimal(value.toString())
  return exactDouble(value)
}

function parseDecimal(text: string): Exact {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text)
  if (!match) throw new ServerError('BadValue', `not a finite decimal: ${text}`)
  const [, sign, whole = '', fraction = '', power = '0'] = match
  const coefficient = BigInt(whole + fraction)
  return { coefficient: sign === '-' ? -coefficient : coefficient, exponent: Number(power) - fraction.length }
}

/** A double is m × 2^e; a negative e becomes m × 5^-e × 10^e. */
function exactDouble(value: number): Exact {
  if (Number.isInteger(value)) return { coefficient: BigInt(value), exponent: 0 }
  let mantissa = value
  let power = 0
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    power++
  }
  return { coefficient: BigInt(mantissa) * 5n ** BigInt(power), exponent: -power }
}

const special = (value: Numeric): number | undefined => {
  const double = value instanceof Decimal128 && !/NaN|Infinity/.test(value.toString()) ? 0 : toDouble(value)
  return Number.isFinite(double) ? undefined : double
}

/** Compares numbers of all four types exactly. NaN is the smallest number and equals itself. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0
  if (!(a instanceof Decimal128) && !(b instanceof Decimal128)) {
    const left = a instanceof Int32 ? a.value : a
    const right = b instanceof Int32 ? b.value : b
    // JavaScript compares a bigint with a number exactly.
    if (left < right) return -1
    if (left > right) return 1
    if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1
    return Number.isNaN(right) ? 1 : 0
  }
  const left = special(a)
  const right = special(b)
  if (left !== undefined || right !== undefined) return compareNumbers(left ?? 0, right ?? 0)
  const x = exact(a)
  const y = exact(b)
  // Sign and magnitude first: aligning 1E+6144 with 1E-6143 would make a number of 12,000 digits.
  const order = magnitude(x) - magnitude(y)
  if (x.coefficient <= 0n !== y.coefficient <= 0n || x.coefficient >= 0n !== y.coefficient >= 0n)
    return x.coefficient < y.coefficient ? -1 : 1
  if (Math.abs(order) > 1) return order < 0 === x.coefficient > 0n ? -1 : 1
  const exponent = Math.min(x.exponent, y.exponent)
  const p = x.coefficient * 10n ** BigInt(x.exponent - exponent)
  const q = y.coefficient * 10n ** BigInt(y.exponent - exponent)
  return p < q ? -1 : p > q ? 1 : 0
}

const magnitude = ({ coefficient, exponent }: Exact): number =>
  coefficient === 0n ? 0 : coefficient.toString().replace('-', '').length + exponent

/** `floor`: the largest double not above the value. `rest`: how far the value is above it, in 2^-64 of a step. */
export function floorDouble(value: Numeric): { floor: number; rest: bigint } {
  if (typeof value === 'number') return { floor: value, rest: 0n }
  if (value instanceof Int32) return { floor: value.value, rest: 0n }
  if (value instanceof Decimal128) {
    const outside = special(value)
    if (outside !== undefined) return { floor: outside, rest: 0n }
  } else if (value >= -(2n ** 53n) && value <= 2n ** 53n) return { floor: Number(value), rest: 0n }
  let floor = toDouble(value)
  if (!Number.isFinite(floor)) floor = floor > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE
  while (compareNumbers(floor, value) > 0) {
    const below = nextDown(floor)
    if (!Number.isFinite(below)) return { floor, rest: 0n }
    floor = below
  }
  const above = nextUp(floor)
  if (!Number.isFinite(above)) return { floor, rest: 2n ** 64n - 1n }
  return { floor, rest: fraction(exact(value), exactDouble(floor), exactDouble(above)) }
}

/** (value - floor) / (above - floor) × 2^64, rounded down. */
function fraction(value: Exact, floor: Exact, above: Exact): bigint {
  const exponent = Math.min(value.exponent, floor.exponent, above.exponent)
  const scale = (number: Exact) => number.coefficient * 10n ** BigInt(number.exponent - exponent)
  const base = scale(floor)
  return ((scale(value) - base) << 64n) / (scale(above) - base)
}

const scratch = new DataView(new ArrayBuffer(8))

function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  scratch.setFloat64(0, value)
  scratch.setBigInt64(0, scratch.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return scratch.getFloat64(0)
}

const nextDown = (value: number): number => -nextUp(-value)

/** An integer in the narrowest of int32 and int64, or a double when it fits neither. */
export function integer(value: bigint): Numeric {
  if (value >= BigInt(INT32_MIN) && value <= BigInt(INT32_MAX)) return new Int32(Number(value))
  return value >= INT64_MIN && value <= INT64_MAX ? value : Number(value)
}

type Operation = 'add' | 'subtract' | 'multiply'

/** Arithmetic with MongoDB's result types: the wider of the two, int32 overflowing into int64. */
export function arithmetic(operation: Operation, a: Numeric, b: Numeric): Numeric {
  if (a instanceof Decimal128 || b instanceof Decimal128) return decimalArithmetic(operation, a, b)
  if (typeof a === 'number' || typeof b === 'number') {
    const x = toDouble(a)
    const y = toDouble(b)
    return operation === 'add' ? x + y : operation === 'subtract' ? x - y : x * y
  }
  const x = toBigInt(a)
  const y = toBigInt(b)
  const result = operation === 'add' ? x + y : operation === 'subtract' ? x - y : x * y
  if (a instanceof Int32 && b instanceof Int32) return integer(result)
  return result >= INT64_MIN && result <= INT64_MAX ? result : Number(result)
}

/** The integer part. @throws ServerError `ConversionFailure` for what is not finite. */
export function toBigInt(value: Numeric): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof Int32) return BigInt(value.value)
  if (special(value) !== undefined) throw new ServerError('ConversionFailure', `${value} is not an integer`)
  if (typeof value === 'number') return BigInt(Math.trunc(value))
  const { coefficient, exponent } = exact(value)
  return exponent >= 0 ? coefficient * 10n ** BigInt(exponent) : coefficient / 10n ** BigInt(-exponent)
}

function decimalArithmetic(operation: Operation, a: Numeric, b: Numeric): Decimal128 {
  const outsideA = special(a)
  const outsideB = special(b)
  if (outsideA !== undefined || outsideB !== undefined) {
    const x = outsideA ?? toDouble(a)
    const y = outsideB ?? toDouble(b)
    const result = operation === 'add' ? x + y : operation === 'subtract' ? x - y : x * y
    return Decimal128.fromString(String(result))
  }
  const x = exact(a instanceof Decimal128 ? a : toDecimal(a))
  const y = exact(b instanceof Decimal128 ? b : toDecimal(b))
  if (operation === 'multiply') return decimal(x.coefficient * y.coefficient, x.exponent + y.exponent)
  const exponent = Math.min(x.exponent, y.exponent)
  const p = x.coefficient * 10n ** BigInt(x.exponent - exponent)
  const q = y.coefficient * 10n ** BigInt(y.exponent - exponent)
  return decimal(operation === 'add' ? p + q : p - q, exponent)
}

/** Rounds half to even at 34 digits, as IEEE 754 asks of decimal128. */
export function decimal(coefficient: bigint, exponent: number): Decimal128 {
  let digits = coefficient < 0n ? -coefficient : coefficient
  let power = exponent
  const excess = digits.toString().length - 34
  if (excess > 0) {
    const unit = 10n ** BigInt(excess)
    const rest = digits % unit
    digits /= unit
    if (rest * 2n > unit || (rest * 2n === unit && digits % 2n === 1n)) digits += 1n
    power += excess
  }
  return Decimal128.fromStringWithRounding(`${coefficient < 0n ? '-' : ''}${digits}E${power}`)
}

export function toDecimal(value: Numeric): Decimal128 {
  if (value instanceof Decimal128) return value
  if (typeof value !== 'number') return Decimal128.fromString(String(toBigInt(value)))
  // MongoDB converts a double by its 15 significant digits.
  return Decimal128.fromString(Number.isFinite(value) ? String(Number(value.toPrecision(15))) : String(value))
}

/** A whole number as a JavaScript number; undefined for one with a fraction. */
export function wholeNumber(value: Numeric): number | undefined {
  const double = toDouble(value)
  return Number.isInteger(double) ? double : undefined
}

export const fitsInt32 = (value: number): boolean =>
  Number.isInteger(value) && value >= INT32_MIN && value <= INT32_MAX
export const fitsInt64 = (value: bigint): boolean => value >= INT64_MIN && value <= INT64_MAX
