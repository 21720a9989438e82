import { Binary, BSONRegExp, Decimal128, Int32, ObjectId, Timestamp } from 'bson'
import { typeName, type Value } from './types.ts'

/** A value as MongoDB's error messages write it: `{ email: "a@example.com", n: 1 }`. */
export function describe(value: Value): string {
  if (typeof value === 'string') return `"${value}"`
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value)
  if (typeof value === 'bigint' || typeof value === 'boolean' || value === null) return String(value)
  if (value instanceof Map)
    return value.size === 0
      ? '{}'
      : `{ ${[...value].map(([name, member]) => `${name}: ${describe(member)}`).join(', ')} }`
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(describe).join(', ')} ]`
  if (value instanceof Int32) return String(value.value)
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`
  if (value instanceof Decimal128) return `NumberDecimal('${value}')`
  if (value instanceof Timestamp)
    return `Timestamp(${value.getHighBitsUnsigned()}, ${value.getLowBitsUnsigned()})`
  return typeName(value)
}
