import { ServerError } from '../errors.ts'
import { type Document, isDocument, type Maybe, type Value } from '../values/types.ts'
import { operators } from './operators/index.ts'
import type { Expression, Scope } from './scope.ts'

/**
 * Compiles an aggregation expression: a literal, `"$path"`, `"$$variable.path"`, `{ $operator: … }`, or a document or
 * array of expressions.
 * @throws ServerError `InvalidPipelineOperator` (168) for an unknown operator
 */
export function compileExpression(source: Value): Expression {
  if (typeof source === 'string') return source.startsWith('$') ? compileReference(source) : () => source
  if (Array.isArray(source)) {
    const members = source.map(compileExpression)
    // An array has no holes: what is missing becomes null.
    return (scope) => members.map((member) => member(scope) ?? null)
  }
  if (!isDocument(source)) return () => source
  const [operator] = source.keys()
  if (operator?.startsWith('$')) return compileOperation(operator, source)
  return compileObject(source)
}

function compileOperation(operator: string, source: Document): Expression {
  if (source.size > 1)
    throw new ServerError(
      'Location15983',
      `An object representing an expression must have exactly one field: { ${[...source.keys()].join(', ')} }`,
    )
  const compile = operators.get(operator)
  if (!compile) throw new ServerError('InvalidPipelineOperator', `Unrecognized expression '${operator}'`)
  return compile(source.get(operator) as Value, compileExpression, operator)
}

function compileObject(source: Document): Expression {
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
    return { name, expression: compileExpression(value) }
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

function compileReference(source: string): Expression {
  if (!source.startsWith('$$')) {
    const path = fieldPath(source.slice(1))
    return (scope) =>
      follow(scope.variables.has('CURRENT') ? scope.variables.get('CURRENT') : scope.root, path)
  }
  const [name = '', ...rest] = source.slice(2).split('.')
  if (name === 'REMOVE') return () => undefined
  const variable = systemVariable(name)
  if (variable) return (scope) => follow(variable(scope), rest)
  return (scope) => {
    if (!scope.variables.has(name))
      throw new ServerError('Location17276', `Use of undefined variable: ${name}`)
    return follow(scope.variables.get(name), rest)
  }
}

function systemVariable(name: string): ((scope: Scope) => Maybe) | undefined {
  if (name === 'ROOT') return (scope) => scope.root
  if (name === 'CURRENT')
    return (scope) => (scope.variables.has('CURRENT') ? scope.variables.get('CURRENT') : scope.root)
  if (name === 'NOW') return (scope) => scope.variables.get('NOW') ?? new Date()
  return undefined
}

function fieldPath(path: string): string[] {
  const names = path.split('.')
  if (path === '') throw new ServerError('Location16872', "'$' by itself is not a valid FieldPath")
  if (names.includes(''))
    throw new ServerError('Location15998', 'FieldPath field names may not be empty strings.')
  return names
}

/** An array on the way answers with an array of what its elements have; positions are not names here. */
function follow(value: Maybe, path: readonly string[], from = 0): Maybe {
  if (from === path.length) return value
  if (isDocument(value)) return follow(value.get(path[from] as string), path, from + 1)
  if (!Array.isArray(value)) return undefined
  return value.map((element) => follow(element, path, from)).filter((element) => element !== undefined)
}
