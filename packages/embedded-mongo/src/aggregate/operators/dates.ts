import { ObjectId, Timestamp } from 'bson'
import { ServerError } from '../../errors.ts'
import { toDouble } from '../../values/numbers.ts'
import { int, isDocument, isNullish, isNumeric, type Maybe, type Value } from '../../values/types.ts'
import type { Scope } from '../scope.ts'
import { named, type OperatorCompiler, sure, typeText } from './operator.ts'

/** Units of a fixed length, in milliseconds. */
const UNITS: Record<string, number> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}
const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 }

function dateOf(value: Maybe): Date {
  if (value instanceof Date) return value
  if (value instanceof ObjectId) return value.getTimestamp()
  if (value instanceof Timestamp) return new Date(value.getHighBitsUnsigned() * 1000)
  throw new ServerError('Location16006', `can't convert from BSON type ${typeText(value)} to Date`)
}

/** A part of a date: `{ $year: date }` or `{ $year: { date, timezone: 'UTC' } }`. */
function part(read: (date: Date) => number): OperatorCompiler {
  return (operand, compile, operator) => {
    const full = isDocument(operand) && operand.has('date')
    if (full && operand.has('timezone')) onlyUtc(operator, operand.get('timezone'))
    const source = full ? (operand.get('date') as Value) : operand
    const expression = compile(Array.isArray(source) && source.length === 1 ? (source[0] as Value) : source)
    return (scope) => {
      const value = expression(scope)
      return isNullish(value) ? null : int(read(dateOf(value)))
    }
  }
}

function onlyUtc(operator: string, zone: Maybe): void {
  if (zone !== undefined && !['UTC', 'GMT', 'Z', '+00:00'].includes(String(zone)))
    throw new ServerError(
      'Location40485',
      `${operator} with the timezone '${String(zone)}' is not supported by the embedded database, which knows UTC only`,
    )
}

function onlySundays(operator: string, day: Maybe): void {
  if (day !== undefined && !['sunday', 'sun'].includes(String(day).toLowerCase()))
    throw new ServerError(
      'CommandNotSupported',
      `${operator} with weeks from '${String(day)}' is not supported by the embedded database`,
    )
}

export const dateOperators: Record<string, OperatorCompiler> = {
  $year: part((date) => date.getUTCFullYear()),
  $month: part((date) => date.getUTCMonth() + 1),
  $dayOfMonth: part((date) => date.getUTCDate()),
  $hour: part((date) => date.getUTCHours()),
  $minute: part((date) => date.getUTCMinutes()),
  $second: part((date) => date.getUTCSeconds()),
  $millisecond: part((date) => date.getUTCMilliseconds()),
  $dayOfWeek: part((date) => date.getUTCDay() + 1),
  $dayOfYear: part(
    (date) =>
      Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / (UNITS.day as number)) + 1,
  ),
  $dateAdd: shifting(1),
  $dateSubtract: shifting(-1),
  $dateDiff: named(['startDate', 'endDate', 'unit'], ['timezone', 'startOfWeek'], (arg, source) => {
    onlyUtc('$dateDiff', source.get('timezone'))
    onlySundays('$dateDiff', source.get('startOfWeek'))
    const [start, end, unit] = [sure(arg('startDate')), sure(arg('endDate')), sure(arg('unit'))]
    return (scope) => {
      const [from, to] = [start(scope), end(scope)]
      if (isNullish(from) || isNullish(to)) return null
      return BigInt(ordinal(dateOf(to), unitOf(unit(scope))) - ordinal(dateOf(from), unitOf(unit(scope))))
    }
  }),
  $dateTrunc: named(['date', 'unit'], ['binSize', 'timezone', 'startOfWeek'], (arg, source) => {
    onlyUtc('$dateTrunc', source.get('timezone'))
    onlySundays('$dateTrunc', source.get('startOfWeek'))
    const bin = source.get('binSize')
    if (bin !== undefined && !(isNumeric(bin) && toDouble(bin) === 1))
      throw new ServerError(
        'CommandNotSupported',
        '$dateTrunc with a binSize is not supported by the embedded database',
      )
    const [date, unit] = [sure(arg('date')), sure(arg('unit'))]
    return (scope) => {
      const value = date(scope)
      return isNullish(value) ? null : truncate(dateOf(value), unitOf(unit(scope)))
    }
  }),
  $dateToString: named(['date'], ['format', 'timezone', 'onNull'], (arg, source) => {
    onlyUtc('$dateToString', source.get('timezone'))
    const [date, format, onNull] = [sure(arg('date')), arg('format'), arg('onNull')]
    return (scope) => {
      const value = date(scope)
      if (isNullish(value)) return onNull ? onNull(scope) : null
      return formatDate(dateOf(value), String(format?.(scope) ?? '%Y-%m-%dT%H:%M:%S.%LZ'))
    }
  }),
}

function unitOf(value: Maybe): string {
  if (typeof value === 'string' && (value in UNITS || value in MONTHS)) return value
  throw new ServerError('FailedToParse', `unknown time unit value: ${String(value)}`)
}

function shifting(sign: number): OperatorCompiler {
  return named(['startDate', 'unit', 'amount'], ['timezone'], (arg, source) => {
    onlyUtc('$dateAdd', source.get('timezone'))
    const [start, unit, amount] = [sure(arg('startDate')), sure(arg('unit')), sure(arg('amount'))]
    return (scope: Scope) => {
      const [from, count] = [start(scope), amount(scope)]
      if (isNullish(from) || isNullish(count)) return null
      if (!isNumeric(count))
        throw new ServerError('Location5166405', '$dateAdd expects a whole number as amount')
      return shift(dateOf(from), unitOf(unit(scope)), sign * toDouble(count))
    }
  })
}

/** Adding months clips the day: January 31 plus one month is the last day of February. */
function shift(date: Date, unit: string, amount: number): Date {
  const months = MONTHS[unit]
  if (!months) return new Date(date.getTime() + amount * (UNITS[unit] ?? 0))
  const result = new Date(date)
  result.setUTCDate(1)
  result.setUTCMonth(result.getUTCMonth() + amount * months)
  const days = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate()
  result.setUTCDate(Math.min(date.getUTCDate(), days))
  return result
}

/** Numbers the units, so that two dates in the same unit get the same number. Weeks begin on Sunday. */
function ordinal(date: Date, unit: string): number {
  const months = MONTHS[unit]
  if (months) return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months)
  const offset = unit === 'week' ? 4 * (UNITS.day as number) : 0
  return Math.floor((date.getTime() + offset) / (UNITS[unit] ?? 1))
}

function truncate(date: Date, unit: string): Date {
  const months = MONTHS[unit]
  if (months) {
    const month = ordinal(date, unit) * months
    return new Date(Date.UTC(Math.floor(month / 12), month % 12, 1))
  }
  const length = UNITS[unit] ?? 1
  const offset = unit === 'week' ? 4 * (UNITS.day as number) : 0
  return new Date(ordinal(date, unit) * length - offset)
}

function formatDate(date: Date, format: string): string {
  const iso = date.toISOString()
  const parts: Record<string, string> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    L: iso.slice(20, 23),
    z: '+0000',
    Z: '0',
    '%': '%',
  }
  return format.replace(/%(.)/g, (_, letter: string) => {
    const value = parts[letter]
    if (value === undefined)
      throw new ServerError('Location18536', `Invalid format character '%${letter}' in format string`)
    return value
  })
}
