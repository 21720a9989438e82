import { type CodeName, ServerError } from '../../errors.ts'
import { type Document, isDocument, isNullish, type Maybe, type Value } from '../../values/types.ts'
import { checkVariableName, withVariables } from '../scope.ts'
import { named, type OperatorCompiler, positional, sure, typeText } from './operator.ts'

export const objectOperators: Record<string, OperatorCompiler> = {
  $literal: (operand) => () => operand,
  $mergeObjects: positional(0, Number.POSITIVE_INFINITY, (args) =>
    merge(args.length === 1 && Array.isArray(args[0]) ? args[0] : args),
  ),
  $getField: (operand, compile) => {
    const full = isDocument(operand) && operand.has('field')
    const source = full ? (operand.get('field') as Value) : operand
    refusePath('Location5654600', source)
    const name = compile(source)
    const input = compile(full && operand.has('input') ? (operand.get('input') as Value) : '$$CURRENT')
    return (scope) => {
      const field = name(scope)
      if (typeof field !== 'string')
        throw new ServerError(
          'Location5654602',
          `$getField requires 'field' to evaluate to type String, but got ${typeText(field)}`,
        )
      const target = input(scope)
      return isDocument(target) ? target.get(field) : isNullish(target) ? null : undefined
    }
  },
  $setField: settingField(['field', 'input', 'value']),
  $unsetField: settingField(['field', 'input']),
  $let: named(['vars', 'in'], [], (arg, source, compile) => {
    const vars = source.get('vars')
    if (!isDocument(vars))
      throw new ServerError('Location16874', `invalid parameter: expected an object (vars)`)
    const bindings = [...vars].map(([name, value]) => {
      checkVariableName(name)
      return { name, expression: compile(value) }
    })
    const body = sure(arg('in', [...vars.keys()]))
    return (scope) =>
      body(
        withVariables(
          scope,
          bindings.map(({ name, expression }) => [name, expression(scope)]),
        ),
      )
  }),
}

/** `$setField` and, without a value, `$unsetField`. */
function settingField(parameters: string[]): OperatorCompiler {
  return named(parameters, [], (arg, source) => {
    refusePath('Location4161108', source.get('field'))
    const [name, input, value] = [sure(arg('field')), sure(arg('input')), sure(arg('value'))]
    return (scope) => {
      const field = name(scope)
      if (typeof field !== 'string')
        throw new ServerError(
          'Location4161107',
          `$setField requires 'field' to evaluate to type String, but got ${typeText(field)}`,
        )
      const target = input(scope)
      if (isNullish(target)) return null
      if (!isDocument(target))
        throw new ServerError('Location4161105', "$setField requires 'input' to evaluate to type Object")
      return assign(target, field, value(scope))
    }
  })
}

/** The field must be named, not looked up: a name with a dollar needs `$literal`. */
function refusePath(code: CodeName, field: Maybe): void {
  if (typeof field === 'string' && field.startsWith('$'))
    throw new ServerError(
      code,
      `A field path reference which is not allowed in this context. Did you mean {$literal: '${field}'}?`,
    )
}

function merge(args: Maybe[]): Value {
  const result: Document = new Map()
  for (const value of args) {
    if (isNullish(value)) continue
    if (!isDocument(value))
      throw new ServerError(
        'Location40400',
        `$mergeObjects requires object inputs, but input is of type ${typeText(value)}`,
      )
    for (const [name, member] of value) result.set(name, member)
  }
  return result
}

function assign(target: Document, name: string, value: Maybe): Document {
  const copy = new Map(target)
  if (value === undefined) copy.delete(name)
  else copy.set(name, value)
  return copy
}
