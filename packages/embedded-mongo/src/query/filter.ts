import { compileExpression } from '../aggregate/expression.ts'
import { NO_VARIABLES, newScope, truthy, type Variables } from '../aggregate/scope.ts'
import { ServerError } from '../errors.ts'
import type { Collation } from '../values/collation.ts'
import { reach } from '../values/paths.ts'
import { type Document, isDocument, type Value } from '../values/types.ts'
import { equals } from './comparison.ts'
import { type Context, compileCondition, compileElement } from './operators.ts'

/** Which array element made a document match. The positional `$` stands for it. */
export interface Hit {
  position?: number
}

/** A compiled query. */
export interface Filter {
  readonly source: Document
  matches(document: Document, hit?: Hit): boolean
}

export interface FilterOptions {
  collation?: Collation | undefined
  variables?: Variables | undefined
  /** The filter is for elements of an array. */
  inElement?: boolean
}

type Test = (document: Document, hit: Hit) => boolean

/** @throws ServerError `BadValue`, or what else MongoDB answers to a wrong filter */
export function compileFilter(source: Document, options: FilterOptions = {}): Filter {
  const test = all(compileDocument(source, options))
  return { source, matches: (document, hit = {}) => test(document, hit) }
}

const all =
  (tests: Test[]): Test =>
  (document, hit) => {
    for (const test of tests) if (!test(document, hit)) return false
    return true
  }

function compileDocument(source: Document, options: FilterOptions): Test[] {
  const tests: Test[] = []
  for (const [name, value] of source)
    tests.push(
      ...(name.startsWith('$') ? [compileLogical(name, value, options)] : compileField(name, value, options)),
    )
  return tests
}

function compileLogical(name: string, value: Value, options: FilterOptions): Test {
  switch (name) {
    case '$and':
      return all(branches(name, value, options))
    case '$or': {
      const tests = branches(name, value, options)
      return (document, hit) => tests.some((test) => test(document, hit))
    }
    case '$nor': {
      const tests = branches(name, value, options)
      return (document) => !tests.some((test) => test(document, {}))
    }
    case '$expr': {
      if (options.inElement)
        throw new ServerError('BadValue', '$expr can only be applied to the top-level document')
      const expression = compileExpression(value, options.variables ?? NO_VARIABLES)
      return (document) => truthy(expression(newScope(document, options.variables, options.collation)))
    }
    case '$comment':
      return () => true
    case '$alwaysTrue':
      return () => true
    case '$alwaysFalse':
      return () => false
    case '$ref':
    case '$id':
    case '$db': {
      // Always an equality, as in MongoDB: operators in the value are not evaluated.
      const test = equals(value, options.collation)
      return (document) => test(document.get(name))
    }
    case '$text':
      throw new ServerError('IndexNotFound', '$text is not supported by the embedded database')
    case '$where':
    case '$jsonSchema':
    case '$sampleRate':
      throw new ServerError('BadValue', `${name} is not supported by the embedded database`)
    default:
      throw new ServerError(
        'BadValue',
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      )
  }
}

function branches(name: string, value: Value, options: FilterOptions): Test[] {
  if (!Array.isArray(value)) throw new ServerError('BadValue', `${name} must be an array`)
  if (value.length === 0) throw new ServerError('BadValue', '$and/$or/$nor must be a nonempty array')
  return value.map((branch) => {
    if (!isDocument(branch))
      throw new ServerError('BadValue', '$or/$and/$nor entries need to be full objects')
    return all(compileDocument(branch, options))
  })
}

function compileField(name: string, value: Value, options: FilterOptions): Test[] {
  const path = name.split('.')
  return compileCondition(value, context(options)).map(
    (condition): Test =>
      (document, hit) =>
        condition((test, leafArrays, element) =>
          reach(
            document,
            path,
            (reached, position) => {
              if (!test(reached)) return false
              const found = position ?? element?.()
              if (found !== undefined) hit.position = found
              return true
            },
            leafArrays,
          ),
        ),
  )
}

const context = (options: FilterOptions): Context => ({
  collation: options.collation,
  filter: (source) => {
    const filter = compileFilter(source, { ...options, inElement: true })
    return (document) => filter.matches(document)
  },
})

/** A test for one array element, for `$elemMatch` and `$pull`. */
export const elementTest = (operand: Value, options: FilterOptions = {}): ((element: Value) => boolean) =>
  compileElement(operand, context(options))
