import type { Value } from '../values/types.ts'
import type { Expression } from './scope.ts'

/** Compiles the operand of one operator; nested expressions are compiled with `compile`. */
export type OperatorCompiler = (
  operand: Value,
  compile: (source: Value) => Expression,
  operator: string,
) => Expression

export const operators: ReadonlyMap<string, OperatorCompiler> = new Map<string, OperatorCompiler>([
  ['$literal', (operand) => () => operand],
])
