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

const NONE: Variables = new Map()

export const newScope = (root: Document, variables = NONE, collation?: Collation): Scope => ({
  root,
  variables,
  collation,
})

export const withVariables = (scope: Scope, variables: Iterable<[string, Maybe]>): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, ...variables]),
})

/** false, null, missing and 0 are false. */
export function truthy(value: Maybe): boolean {
  if (isNullish(value) || value === false) return false
  return !isNumeric(value) || toDouble(value) !== 0
}
