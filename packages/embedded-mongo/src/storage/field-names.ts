import { BSONRegExp } from 'bson'
import { ServerError } from '../errors.ts'
import {
  BSONUndefined,
  type Document,
  isDocument,
  type Maybe,
  typeName,
  type Value,
} from '../values/types.ts'

/** @throws ServerError `InvalidIdField` (53) or `DollarPrefixedFieldName` (52) for a value that cannot be an `_id` */
export function checkId(id: Value): void {
  if (Array.isArray(id) || id instanceof BSONRegExp || id instanceof BSONUndefined)
    throw new ServerError('InvalidIdField', `The '_id' value cannot be of type ${typeName(id)}`)
  const name = dollarName(id)
  if (name !== undefined)
    throw new ServerError(
      'DollarPrefixedFieldName',
      `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
    )
}

/** The first name with a dollar in a value, at any depth. A DBRef's own names do not count. */
function dollarName(value: Value): string | undefined {
  if (!isDocument(value) && !Array.isArray(value)) return undefined
  const names = isDocument(value) ? [...value.keys()] : []
  const own = isDocument(value) ? dbRefLength(value, names) : 0
  return (
    names.slice(own).find((name) => name.startsWith('$')) ??
    [...value.values()].map(dollarName).find((name) => name !== undefined)
  )
}

/** How many of a document's first names make it a DBRef. */
function dbRefLength(value: Document, [first, second, third]: string[]): number {
  if (first !== '$ref' || second !== '$id' || typeof value.get('$ref') !== 'string') return 0
  return third === '$db' && typeof value.get('$db') === 'string' ? 3 : 2
}

/**
 * Checks a top-level name with a dollar after an update has set it. Inserts and embedded documents may use any name.
 * @throws ServerError `DollarPrefixedFieldName` (52), or `InvalidDBRef` (55) for a DBRef's name out of place
 */
export function checkTopName(document: Document, name: string): void {
  const names = [...document.keys()]
  const before = (other: string): string | undefined => names[names.indexOf(other) - 1]
  let member = name
  if (member === '$db') {
    if (typeof document.get('$db') !== 'string') throw notString('$db', document.get('$db'))
    if (before('$db') !== '$id')
      throw new ServerError('InvalidDBRef', 'Found $db field without a $id before it, which is invalid.')
    member = '$id'
  }
  if (member === '$id') {
    if (before('$id') !== '$ref')
      throw new ServerError('InvalidDBRef', 'Found $id field without a $ref before it, which is invalid.')
    member = '$ref'
  }
  if (member !== '$ref')
    throw new ServerError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  if (typeof document.get('$ref') !== 'string') throw notString('$ref', document.get('$ref'))
  if (names[names.indexOf('$ref') + 1] !== '$id')
    throw new ServerError('InvalidDBRef', 'The DBRef $ref field must be followed by a $id field')
}

const notString = (name: string, value: Maybe): ServerError =>
  new ServerError(
    'InvalidDBRef',
    `The DBRef ${name} field must be a String, not a ${value === undefined ? 'missing' : typeName(value)}`,
  )
