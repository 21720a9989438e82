import { ServerError } from '../errors.ts'
import type { Collation } from '../values/collation.ts'
import type { Document } from '../values/types.ts'
import { compileExpression } from './expression.ts'
import { checkVariableName, newScope, type Variables } from './scope.ts'

/** Variables that only MongoDB itself sets. */
const CONSTANTS = new Set(['NOW', 'CLUSTER_TIME', 'JS_SCOPE', 'IS_MR'])

/**
 * Adds the variables of a command's `let: { name: expression }`. An expression may use the variables before it, but no
 * field: there is no document yet.
 * @throws ServerError `FailedToParse` (9) for a name, and each expression's own
 */
export function evaluateLet(source: Document, given: Variables, collation?: Collation): Variables {
  const variables = new Map(given)
  const names = { has: (name: string) => variables.has(name), constant: true }
  for (const [name, value] of source) {
    if (CONSTANTS.has(name))
      throw new ServerError('Location4738901', `Attempt to set internal constant: ${name}`)
    checkVariableName(name)
    variables.set(name, compileExpression(value, names)(newScope(new Map(), variables, collation)))
  }
  return variables
}
