import { Binary, BSONRegExp, BSONSymbol, ObjectId } from 'bson'
import { ServerError } from '../errors.ts'
import type { Collation } from '../values/collation.ts'
import { DBREF_NAMES } from '../values/field-path.ts'
import { toBigInt, toDouble, wholeNumber } from '../values/numbers.ts'
import {
  type Document,
  isDocument,
  isNumeric,
  type Maybe,
  TYPE_NUMBERS,
  type TypeName,
  typeName,
  type Value,
} from '../values/types.ts'
import { equals, ordered, type Predicate } from './comparison.ts'
import { compileRegex } from './regex.ts'

/** Whether any value at the path passes the test. `element` gives the position that `$` then stands for. */
export type Any = (test: Predicate, leafArrays: boolean, element?: () => number | undefined) => boolean

/** A condition on the values at a path. */
export type PathTest = (any: Any) => boolean

/** What operators need from the filter around them. */
export interface Context {
  collation: Collation | undefined
  filter(source: Document): (document: Document) => boolean
}

const positive =
  (test: Predicate, leafArrays = true): PathTest =>
  (any) =>
    any(test, leafArrays, () => undefined)

const negative =
  (test: Predicate): PathTest =>
  (any) =>
    !any(test, true)

/** Whether a document holds operators, as in `{ $gt: 1 }`, and is no value or DBRef to compare with. */
export function isOperators(value: Maybe): value is Document {
  if (!isDocument(value)) return false
  const [first] = value.keys()
  return first?.startsWith('$') === true && !(value.has('$ref') && value.has('$id'))
}

/** The tests for a field's condition: a value, a regular expression, or operators. */
export function compileCondition(value: Value, context: Context): PathTest[] {
  if (value instanceof BSONRegExp) return [positive(compileRegex(value.pattern, value.options))]
  if (!isOperators(value)) return [positive(equals(value, context.collation))]
  const tests: PathTest[] = []
  for (const [operator, operand] of value) {
    if (!operator.startsWith('$')) throw new ServerError('BadValue', `unknown operator: ${operator}`)
    const test = compileOperator(operator, operand, value, context)
    if (test) tests.push(test)
  }
  return tests
}

/** @throws ServerError `BadValue` for an unknown operator or a wrong operand */
function compileOperator(
  operator: string,
  operand: Value,
  siblings: Document,
  context: Context,
): PathTest | undefined {
  switch (operator) {
    case '$eq':
      return positive(equals(operand, context.collation))
    case '$ne':
      if (operand instanceof BSONRegExp) throw new ServerError('BadValue', "Can't have regex as arg to $ne.")
      return negative(equals(operand, context.collation))
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (operand instanceof BSONRegExp)
        throw new ServerError('BadValue', `Can't have RegEx as arg to predicate over field '${operator}'.`)
      return positive(ordered(operator, operand, context.collation))
    case '$in':
      return positive(inList(operator, operand, context))
    case '$nin':
      return negative(inList(operator, operand, context))
    case '$not':
      return not(operand, context)
    case '$exists':
      return truthyOperand(operand)
        ? positive((value) => value !== undefined)
        : negative((value) => value !== undefined)
    case '$type':
      return positive(typeTest(operand))
    case '$size':
      return positive(size(operand), false)
    case '$mod':
      return positive(mod(operand))
    case '$regex':
      return positive(regex(operand, siblings.get('$options')))
    case '$options':
      if (!siblings.has('$regex')) throw new ServerError('BadValue', '$options needs a $regex')
      return undefined
    case '$all':
      return allOf(operand, context)
    case '$elemMatch':
      return elemMatch(operand, context)
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return positive(bits(operator, operand))
    case '$comment':
      return undefined
    case '$near':
    case '$nearSphere':
      throw new ServerError('NoQueryExecutionPlans', `${operator} is not supported by the embedded database`)
    case '$geoWithin':
    case '$geoIntersects':
    case '$within':
      throw new ServerError('BadValue', `${operator} is not supported by the embedded database`)
    default:
      throw new ServerError('BadValue', `unknown operator: ${operator}`)
  }
}

const truthyOperand = (value: Value): boolean =>
  isNumeric(value) ? toDouble(value) !== 0 : value !== false && value !== null

function inList(operator: string, operand: Value, context: Context): Predicate {
  if (!Array.isArray(operand)) throw new ServerError('BadValue', `${operator} needs an array`)
  // Looked up at one go: of many documents, each may be asked for by one of a thousand.
  const texts = new Set<string>()
  const ids = new Set<string>()
  const tests: Predicate[] = []
  for (const member of operand) {
    if (isOperators(member)) throw new ServerError('BadValue', `cannot nest $ under ${operator}`)
    if (member instanceof BSONRegExp) tests.push(compileRegex(member.pattern, member.options))
    else if (typeof member === 'string' && !context.collation) texts.add(member)
    else if (member instanceof ObjectId) ids.add(member.toHexString())
    else tests.push(equals(member, context.collation))
  }
  return (value) =>
    (typeof value === 'string' && texts.has(value)) ||
    (value instanceof BSONSymbol && texts.has(value.value)) ||
    (value instanceof ObjectId && ids.has(value.toHexString())) ||
    tests.some((test) => test(value))
}

function not(operand: Value, context: Context): PathTest {
  if (operand instanceof BSONRegExp) return negative(compileRegex(operand.pattern, operand.options))
  if (!isOperators(operand))
    throw new ServerError('BadValue', '$not needs a regex or a document of operators')
  const tests = compileCondition(operand, context)
  return (any) => !tests.every((test) => test((predicate, leafArrays) => any(predicate, leafArrays)))
}

function typeTest(operand: Value): Predicate {
  const wanted = new Set<TypeName>()
  const members = Array.isArray(operand) ? operand : [operand]
  if (members.length === 0) throw new ServerError('FailedToParse', '$type must match at least one type')
  for (const member of members) for (const name of typesNamed(member)) wanted.add(name)
  return (value) => value !== undefined && wanted.has(typeName(value))
}

const TYPE_NAMES = new Map<number, TypeName>(
  (Object.entries(TYPE_NUMBERS) as [TypeName, number][]).map(([name, number]) => [number, name]),
)

function typesNamed(member: Value): TypeName[] {
  if (typeof member === 'string') {
    if (member === 'number') return ['int', 'long', 'double', 'decimal']
    if (Object.hasOwn(TYPE_NUMBERS, member)) return [member as TypeName]
    throw new ServerError('BadValue', `Unknown type name alias: ${member}`)
  }
  if (!isNumeric(member))
    throw new ServerError('TypeMismatch', 'type must be represented as a number or a string')
  const name = TYPE_NAMES.get(toDouble(member))
  if (!name) throw new ServerError('BadValue', `Invalid numerical type code: ${member}`)
  return [name]
}

function size(operand: Value): Predicate {
  const length = isNumeric(operand) ? wholeNumber(operand) : undefined
  if (length === undefined)
    throw new ServerError(
      'FailedToParse',
      `Failed to parse $size. Expected a number in: $size: ${String(operand)}`,
    )
  if (length < 0)
    throw new ServerError(
      'FailedToParse',
      `Failed to parse $size. Expected a non-negative number in: $size: ${length}`,
    )
  return (value) => Array.isArray(value) && value.length === length
}

function mod(operand: Value): Predicate {
  if (!Array.isArray(operand)) throw new ServerError('BadValue', 'malformed mod, needs to be an array')
  const [divisor, remainder] = operand
  if (operand.length < 2) throw new ServerError('BadValue', 'malformed mod, not enough elements')
  if (operand.length > 2) throw new ServerError('BadValue', 'malformed mod, too many elements')
  if (!isNumeric(divisor)) throw new ServerError('BadValue', 'malformed mod, divisor not a number')
  if (!isNumeric(remainder)) throw new ServerError('BadValue', 'malformed mod, remainder not a number')
  const by = toBigInt(divisor)
  if (by === 0n) throw new ServerError('BadValue', 'divisor cannot be 0')
  const rest = toBigInt(remainder)
  return (value) => {
    if (!isNumeric(value) || !Number.isFinite(toDouble(value))) return false
    return toBigInt(value) % by === rest
  }
}

function regex(operand: Value, options: Maybe): Predicate {
  if (options !== undefined && typeof options !== 'string')
    throw new ServerError('BadValue', '$options has to be a string')
  if (operand instanceof BSONRegExp) {
    if (options !== undefined && operand.options !== '')
      throw new ServerError('Location51075', 'options set in both $regex and $options')
    return compileRegex(operand.pattern, options ?? operand.options)
  }
  if (typeof operand !== 'string') throw new ServerError('BadValue', '$regex has to be a string')
  return compileRegex(operand, options ?? '')
}

function allOf(operand: Value, context: Context): PathTest {
  if (!Array.isArray(operand)) throw new ServerError('BadValue', '$all needs an array')
  if (operand.length === 0) return () => false
  const tests = operand.map((member): PathTest => {
    if (isDocument(member) && member.has('$elemMatch'))
      return elemMatch(member.get('$elemMatch') as Value, context)
    if (isOperators(member)) throw new ServerError('BadValue', 'no $ expressions in $all')
    if (member instanceof BSONRegExp) return positive(compileRegex(member.pattern, member.options))
    return positive(equals(member, context.collation))
  })
  return (any) => tests.every((test) => test(any))
}

function elemMatch(operand: Value, context: Context): PathTest {
  const matches = compileElement(operand, context)
  return (any) => {
    let found = -1
    const test: Predicate = (value) => {
      if (!Array.isArray(value)) return false
      found = value.findIndex(matches)
      return found >= 0
    }
    return any(test, false, () => found)
  }
}

/** Operators that apply to a whole document. Any other one applies to the element itself. */
const ON_DOCUMENTS = new Set(['$and', '$or', '$nor', '$expr', '$where', '$text', '$jsonSchema', '$comment'])

/** The test of one array element that `$elemMatch` makes. */
export function compileElement(operand: Value, context: Context): (element: Value) => boolean {
  if (!isDocument(operand)) throw new ServerError('BadValue', '$elemMatch needs an Object')
  const [first] = operand.keys()
  if (
    isOperators(operand) &&
    !ON_DOCUMENTS.has(first ?? '') &&
    !DBREF_NAMES.some((name) => operand.has(name))
  ) {
    const tests = compileCondition(operand, context)
    return (element) => tests.every((test) => test((predicate) => predicate(element)))
  }
  const matches = context.filter(operand)
  return (element) => {
    if (isDocument(element)) return matches(element)
    // An array inside an array is matched like a document whose fields are its positions.
    return Array.isArray(element) && matches(new Map(element.map((value, i) => [String(i), value])))
  }
}

function bits(operator: string, operand: Value): Predicate {
  const mask = bitMask(operator, operand)
  return (value) => {
    const set = bitsOf(value)
    if (set === undefined) return false
    const common = set & mask
    if (operator === '$bitsAllSet') return common === mask
    if (operator === '$bitsAllClear') return common === 0n
    if (operator === '$bitsAnySet') return common !== 0n
    return common !== mask
  }
}

function bitMask(operator: string, operand: Value): bigint {
  if (Array.isArray(operand))
    return operand.reduce((mask: bigint, position) => {
      const bit = isNumeric(position) ? wholeNumber(position) : undefined
      if (bit === undefined || bit < 0)
        throw new ServerError('BadValue', `bit positions must be an integer >= 0, got ${String(position)}`)
      return mask | (1n << BigInt(bit))
    }, 0n)
  const mask = bitsOf(operand)
  if (mask === undefined || (isNumeric(operand) && toDouble(operand) < 0))
    throw new ServerError(
      'BadValue',
      `${operator} takes an Array, a number, or a BinData but received: ${String(operand)}`,
    )
  return mask
}

function bitsOf(value: Maybe): bigint | undefined {
  if (isNumeric(value))
    return wholeNumber(value) === undefined ? undefined : BigInt.asUintN(64, toBigInt(value))
  if (!(value instanceof Binary)) return undefined
  let bits = 0n
  for (let i = value.position - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(value.buffer[i] as number)
  return bits
}
