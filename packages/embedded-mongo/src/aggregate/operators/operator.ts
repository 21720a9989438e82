import { ServerError } from '../../errors.ts'
import { type Document, isDocument, isNullish, type Maybe, typeName, type Value } from '../../values/types.ts'
import type { Expression, Scope } from '../scope.ts'

/** `more` are variables that the operator itself binds. */
export type Compile = (source: Value, more?: readonly string[]) => Expression

/** Compiles the operand of one operator; nested expressions are compiled with `compile`. */
export type OperatorCompiler = (operand: Value, compile: Compile, operator: string) => Expression

/** An operator with positional arguments. A single one needs no array around it. */
export function positional(
  least: number,
  most: number,
  run: (args: Maybe[], scope: Scope, operator: string) => Maybe,
): OperatorCompiler {
  return (operand, compile, operator) => {
    const sources = Array.isArray(operand) ? operand : [operand]
    if (sources.length < least || sources.length > most)
      throw new ServerError(
        least === most ? 'Location16020' : 'Location28667',
        `Expression ${operator} takes ${least === most ? `exactly ${least}` : `at least ${least} and at most ${most}`} arguments. ${sources.length} were passed in.`,
      )
    const args = sources.map((source) => compile(source))
    return (scope) =>
      run(
        args.map((arg) => arg(scope)),
        scope,
        operator,
      )
  }
}

/** An operator whose result is null if any argument is null or missing. */
export const strict = (
  least: number,
  most: number,
  run: (args: Value[], scope: Scope, operator: string) => Maybe,
): OperatorCompiler =>
  positional(least, most, (args, scope, operator) =>
    args.some(isNullish) ? null : run(args as Value[], scope, operator),
  )

/** An operator with named arguments. @throws ServerError for a missing or unknown one */
export function named(
  required: readonly string[],
  optional: readonly string[],
  build: (
    args: (name: string, more?: readonly string[]) => Expression | undefined,
    source: Document,
    compile: Compile,
  ) => Expression,
): OperatorCompiler {
  return (operand, compile, operator) => {
    if (!isDocument(operand))
      throw new ServerError('FailedToParse', `${operator} only supports an object as its argument`)
    for (const name of operand.keys())
      if (!required.includes(name) && !optional.includes(name))
        throw new ServerError('FailedToParse', `Unrecognized parameter to ${operator}: ${name}`)
    for (const name of required)
      if (!operand.has(name))
        throw new ServerError('FailedToParse', `Missing '${name}' parameter to ${operator}`)
    const args = (name: string, more?: readonly string[]): Expression | undefined => {
      const source = operand.get(name)
      return source === undefined ? undefined : compile(source, more)
    }
    return build(args, operand, compile)
  }
}

/** For an argument that `named` has checked. */
export const sure = (expression: Expression | undefined): Expression => expression ?? (() => undefined)

export const typeText = (value: Maybe): string => (value === undefined ? 'missing' : typeName(value))
