import { ServerError } from '../../errors.ts'
import { compareValues } from '../../values/compare.ts'
import { int, isDocument, isNullish, type Maybe } from '../../values/types.ts'
import { type Scope, truthy } from '../scope.ts'
import { named, type OperatorCompiler, positional, sure } from './operator.ts'

const comparing = (accepts: (order: number) => boolean): OperatorCompiler =>
  positional(2, 2, ([a, b], scope) => accepts(compare(a, b, scope)))

/** Unlike in a filter, values of different types compare, and a missing one is less than null. */
const compare = (a: Maybe, b: Maybe, { collation }: Scope): number =>
  Math.sign(compareValues(a, b, collation))

export const logicOperators: Record<string, OperatorCompiler> = {
  $eq: comparing((order) => order === 0),
  $ne: comparing((order) => order !== 0),
  $gt: comparing((order) => order > 0),
  $gte: comparing((order) => order >= 0),
  $lt: comparing((order) => order < 0),
  $lte: comparing((order) => order <= 0),
  $cmp: positional(2, 2, ([a, b], scope) => int(compare(a, b, scope))),
  $and: lazy((results) => {
    for (const result of results) if (!truthy(result)) return false
    return true
  }),
  $or: lazy((results) => {
    for (const result of results) if (truthy(result)) return true
    return false
  }),
  $not: positional(1, 1, ([value]) => !truthy(value)),
  $ifNull: (operand, compile) => {
    if (!Array.isArray(operand) || operand.length < 2)
      throw new ServerError(
        'Location1257300',
        `$ifNull needs at least two arguments, had: ${Array.isArray(operand) ? operand.length : 1}`,
      )
    const args = operand.map((arg) => compile(arg))
    return (scope) => {
      let value: Maybe
      for (const arg of args) {
        value = arg(scope)
        if (!isNullish(value)) return value
      }
      return value
    }
  },
  $cond: (operand, compile, operator) => {
    if (!Array.isArray(operand)) return condition(operand, compile, operator)
    if (operand.length !== 3)
      throw new ServerError(
        'Location16020',
        `Expression $cond takes exactly 3 arguments. ${operand.length} were passed in.`,
      )
    const [test, then, otherwise] = operand.map((arg) => compile(arg))
    return (scope) => (truthy(test?.(scope)) ? then?.(scope) : otherwise?.(scope))
  },
  $switch: (operand, compile) => {
    const branches = isDocument(operand) ? operand.get('branches') : undefined
    if (!isDocument(operand) || !Array.isArray(branches) || branches.length === 0)
      throw new ServerError('Location40068', '$switch requires at least one branch.')
    const compiled = branches.map((branch) => {
      const test = isDocument(branch) ? branch.get('case') : undefined
      const then = isDocument(branch) ? branch.get('then') : undefined
      if (test === undefined || then === undefined)
        throw new ServerError(
          'Location40067',
          "$switch requires each branch have a 'case' and a 'then' expression",
        )
      return { test: compile(test), result: compile(then) }
    })
    const source = operand.get('default')
    const fallback = source === undefined ? undefined : compile(source)
    return (scope) => {
      const branch = compiled.find(({ test }) => truthy(test(scope)))
      if (branch) return branch.result(scope)
      if (!fallback)
        throw new ServerError(
          'Location40066',
          '$switch could not find a matching branch for an input, and no default was specified.',
        )
      return fallback(scope)
    }
  },
}

const condition = named(['if', 'then', 'else'], [], (arg) => {
  const test = sure(arg('if'))
  const then = sure(arg('then'))
  const otherwise = sure(arg('else'))
  return (scope) => (truthy(test(scope)) ? then(scope) : otherwise(scope))
})

/** Stops evaluating arguments once the result is decided. */
function lazy(decide: (results: Iterable<Maybe>) => boolean): OperatorCompiler {
  return (operand, compile) => {
    const args = (Array.isArray(operand) ? operand : [operand]).map((arg) => compile(arg))
    return (scope) =>
      decide(
        (function* () {
          for (const arg of args) yield arg(scope)
        })(),
      )
  }
}
