import { ServerError } from '../errors.ts'
import type { Collation } from '../values/collation.ts'
import { toDouble } from '../values/numbers.ts'
import { type Document, isNullish, isNumeric, type Maybe } from '../values/types.ts'

export type Variables = ReadonlyMap<string, Maybe>

/** What an expression can see: the document, `$$` variables, and how strings compare. */
export interface Scope {
  readonly root: Document
  readonly variables: Variables
  readonly collation: Collation | undefined
}

/** A compiled expression; `undefined` is a missing field. */
export type Expression = (scope: Scope) => Maybe

export const NO_VARIABLES: Variables = new Map()

export const newScope = (root: Document, variables = NO_VARIABLES, collation?: Collation): Scope => ({
  root,
  variables,
  collation,
})

export const withVariables = (scope: Scope, variables: Iterable<[string, Maybe]>): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, ...variables]),
})

/** The variables that an expression may use, as known before any document is read. */
export interface Names {
  has(variable: string): boolean
  /** There will be no document: fields, `$$ROOT` and `$$CURRENT` are refused. */
  constant?: boolean | undefined
}

export const withNames = (names: Names, more: readonly string[]): Names => ({
  constant: names.constant,
  has: (variable) => more.includes(variable) || names.has(variable),
})

/** @throws ServerError `FailedToParse` (9) unless a client may give a variable this name */
export function checkVariableName(name: string): void {
  if (name === 'CURRENT') return
  if (name === '') throw new ServerError('FailedToParse', 'empty variable names are not allowed')
  if (!/^[a-z\u0080-\uffff]/.test(name))
    throw new ServerError(
      'FailedToParse',
      `'${name}' starts with an invalid character for a user variable name`,
    )
  const invalid = /[^\w\u0080-\uffff]/.exec(name)?.[0]
  if (invalid !== undefined)
    throw new ServerError(
      'FailedToParse',
      `'${name}' contains an invalid character for a variable name: '${invalid}'`,
    )
}

/** Everything is true but false, null, missing and 0. */
export function truthy(value: Maybe): boolean {
  if (isNullish(value) || value === false) return false
  return !isNumeric(value) || toDouble(value) !== 0
}
