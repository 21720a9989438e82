import { evaluateLet } from '../aggregate/let.ts'
import type { Variables } from '../aggregate/scope.ts'
import { ServerError } from '../errors.ts'
import type { Collection } from '../storage/collection.ts'
import { decodeDocument } from '../values/bson.ts'
import { type Collation, parseCollation } from '../values/collation.ts'
import { toDouble } from '../values/numbers.ts'
import {
  type Document,
  isDocument,
  isNullish,
  isNumeric,
  type Maybe,
  typeName,
  type Value,
} from '../values/types.ts'
import type { Request } from './command.ts'

const mismatch = (command: string, name: string, value: Maybe, wanted: string): ServerError =>
  new ServerError(
    'TypeMismatch',
    `BSON field '${command}.${name}' is the wrong type '${value === undefined ? 'missing' : typeName(value)}', expected type '${wanted}'`,
  )

/** The collection's name, which is the value of the command itself. @throws ServerError `InvalidNamespace` (73) */
export function collectionName({ body, name, database }: Request): string {
  const value = body.get(name)
  if (typeof value !== 'string')
    throw new ServerError(
      'InvalidNamespace',
      `collection name has invalid type ${value === undefined ? 'missing' : typeName(value)}`,
    )
  if (value === '') throw new ServerError('InvalidNamespace', `Invalid namespace specified '${database}.'`)
  return value
}

export const findCollection = (request: Request): Collection | undefined =>
  request.engine.catalog.find(request.database, collectionName(request))

/** @throws ServerError `NamespaceNotFound` (26) */
export function requireCollection(request: Request): Collection {
  const collection = findCollection(request)
  if (!collection)
    throw new ServerError(
      'NamespaceNotFound',
      `ns does not exist: ${request.database}.${collectionName(request)}`,
    )
  return collection
}

export function optionalDocument({ body, name: command }: Request, name: string): Document | undefined {
  const value = body.get(name)
  if (isNullish(value)) return undefined
  if (!isDocument(value)) throw mismatch(command, name, value, 'object')
  return value
}

export function optionalNumber({ body, name: command }: Request, name: string): number | undefined {
  const value = body.get(name)
  if (isNullish(value)) return undefined
  if (!isNumeric(value)) throw mismatch(command, name, value, 'number')
  return toDouble(value)
}

export function optionalString({ body, name: command }: Request, name: string): string | undefined {
  const value = body.get(name)
  if (isNullish(value)) return undefined
  if (typeof value !== 'string') throw mismatch(command, name, value, 'string')
  return value
}

/** A whole number that is not negative. @throws ServerError `BadValue` (2) */
export function optionalCount(request: Request, name: string): number | undefined {
  const value = optionalNumber(request, name)
  if (value === undefined) return undefined
  if (value < 0)
    throw new ServerError('Location51024', `BSON field '${name}' value must be >= 0, actual value '${value}'`)
  return Math.trunc(value)
}

/** true, and any number but 0. */
export const flag = (value: Maybe): boolean => value === true || (isNumeric(value) && toDouble(value) !== 0)

export function requireArray({ body, name: command }: Request, name: string): Value[] {
  const value = body.get(name)
  if (value === undefined)
    throw new ServerError('Location40414', `BSON field '${command}.${name}' is missing but a required field`)
  if (!Array.isArray(value)) throw mismatch(command, name, value, 'array')
  return value
}

/** The statements of a bulk write, whether they came in the body or in a section of their own. */
export function statements(request: Request, name: string): Document[] {
  const list = requireArray(request, name)
  if (list.length === 0 || list.length > 100_000)
    throw new ServerError(
      'InvalidLength',
      `Write batch sizes must be between 1 and 100000. Got ${list.length} operations.`,
    )
  return list.map((statement) => {
    if (Buffer.isBuffer(statement)) return decodeDocument(statement)
    if (isDocument(statement)) return statement
    throw mismatch(request.name, name, statement, 'object')
  })
}

export const collationOf = (source: Document): Collation | undefined =>
  parseCollation(source.get('collation'))

/** `$$NOW` and the variables of `let`. Call it once per command, so that all its statements see the same values. */
export function variablesOf(request: Request): Variables {
  const now = new Map([['NOW', new Date()]])
  return evaluateLet(optionalDocument(request, 'let') ?? new Map(), now, collationOf(request.body))
}
