import { ServerError } from '../errors.ts'
import { fieldPath } from '../values/field-path.ts'
import { type Document, isDocument, type Maybe, type Value } from '../values/types.ts'
import { operators } from './operators/index.ts'
import { type Expression, type Names, type Scope, withNames } from './scope.ts'

/**
 * Compiles an aggregation expression: a literal, `"$path"`, `"$$variable.path"`, `{ $operator: … }`, or a document
 * or an array of expressions.
 * @param names the variables that are defined when it is evaluated
 * @throws ServerError `InvalidPipelineOperator` (168) for an unknown operator, `Location17276` for an unknown variable
 */
export function compileExpression(source: Value, names: Names): Expression {
  if (typeof source === 'string')
    return source.startsWith('$') ? compileReference(source, names) : () => source
  if (Array.isArray(source)) {
    const members = source.map((member) => compileExpression(member, names))
    // An array has no holes: what is missing becomes null.
    return (scope) => members.map((member) => member(scope) ?? null)
  }
  if (!isDocument(source)) return () => source
  const [operator] = source.keys()
  if (operator?.startsWith('$')) return compileOperation(operator, source, names)
  return compileObject(source, names)
}

function compileOperation(operator: string, source: Document, names: Names): Expression {
  if (source.size > 1)
    throw new ServerError(
      'Location15983',
      `An object representing an expression must have exactly one field: { ${[...source.keys()].join(', ')} }`,
    )
  const compile = operators.get(operator)
  if (!compile)
    throw new ServerError(
      'InvalidPipelineOperator',
      `Unrecognized expression '${operator}' (not supported by the embedded database)`,
    )
  const inner = (operand: Value, more?: readonly string[]): Expression =>
    compileExpression(operand, more ? withNames(names, more) : names)
  return compile(source.get(operator) as Value, inner, operator)
}

function compileObject(source: Document, names: Names): Expression {
  const members = [...source].map(([name, value]) => {
    if (name.startsWith('$'))
      throw new ServerError(
        'Location15983',
        `An object representing an expression must have exactly one field`,
      )
    if (name.includes('.'))
      throw new ServerError(
        'Location16412',
        `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
      )
    return { name, expression: compileExpression(value, names) }
  })
  return (scope) => {
    const result: Document = new Map()
    for (const { name, expression } of members) {
      const value = expression(scope)
      if (value !== undefined) result.set(name, value)
    }
    return result
  }
}

function compileReference(source: string, names: Names): Expression {
  if (!source.startsWith('$$')) {
    if (source === '$') throw new ServerError('Location16872', "'$' by itself is not a valid FieldPath")
    const path = fieldPath(source.slice(1))
    checkDocument('CURRENT', names)
    return (scope) => follow(current(scope), path)
  }
  const [name = '', ...rest] = variablePath(source.slice(2))
  if (name === 'REMOVE') return () => undefined
  if (name === 'NOW') return (scope) => follow(scope.variables.get('NOW') ?? new Date(), rest)
  if (name === 'ROOT' || name === 'CURRENT') {
    checkDocument(name, names)
    return name === 'ROOT' ? (scope) => follow(scope.root, rest) : (scope) => follow(current(scope), rest)
  }
  if (!names.has(name)) throw new ServerError('Location17276', `Use of undefined variable: ${name}`)
  return (scope) => follow(scope.variables.get(name), rest)
}

/** A variable's name and the path below it. */
function variablePath(source: string): string[] {
  const dot = source.indexOf('.')
  return dot < 0 ? [source] : [source.slice(0, dot), ...fieldPath(source.slice(dot + 1))]
}

const current = ({ root, variables }: Scope): Maybe =>
  variables.has('CURRENT') ? variables.get('CURRENT') : root

function checkDocument(variable: 'ROOT' | 'CURRENT', names: Names): void {
  if (names.constant && !names.has(variable))
    throw new ServerError(
      'Location4890500',
      'Command let Expression tried to access a field, but this is not allowed because command let expressions run before the query examines any documents.',
    )
}

/** Follows a path. An array yields what each of its elements has; unlike in a filter, `0` names no element. */
function follow(value: Maybe, path: readonly string[], from = 0): Maybe {
  if (from === path.length) return value
  if (isDocument(value)) return follow(value.get(path[from] as string), path, from + 1)
  if (!Array.isArray(value)) return undefined
  return value.map((element) => follow(element, path, from)).filter((element) => element !== undefined)
}
