import { ServerError } from '../../errors.ts'
import { compileSort } from '../../query/sort.ts'
import { compareValues } from '../../values/compare.ts'
import { encodeKey } from '../../values/key.ts'
import { toDouble } from '../../values/numbers.ts'
import {
  type Document,
  document,
  int,
  isDocument,
  isNullish,
  type Maybe,
  type Value,
} from '../../values/types.ts'
import { compileExpression } from '../expression.ts'
import { average, deviation, extreme, total } from '../operators/accumulating.ts'
import { type Expression, newScope, type Scope } from '../scope.ts'
import { type StageCompiler, type StageContext, specDocument, wholeSpec } from './stage.ts'

/** Takes in the documents of one group and gives a result at the end. */
interface Accumulator {
  add(scope: Scope): void
  result(): Value
}

type AccumulatorCompiler = (operand: Value, context: StageContext) => () => Accumulator

/** An accumulator that keeps the value of its expression for each document. */
const collecting =
  (result: (values: Maybe[], context: StageContext) => Value): AccumulatorCompiler =>
  (operand, context) => {
    const expression = compileExpression(operand, context.variables)
    return () => {
      const values: Maybe[] = []
      return { add: (scope) => values.push(expression(scope)), result: () => result(values, context) }
    }
  }

const present = (values: Maybe[]): Value[] => values.filter((value) => value !== undefined)

const accumulators: Record<string, AccumulatorCompiler> = {
  $sum: collecting(total),
  $avg: collecting(average),
  $min: collecting((values, { collation }) => extreme(values, (a, b) => compareValues(a, b, collation))),
  $max: collecting((values, { collation }) => extreme(values, (a, b) => compareValues(b, a, collation))),
  $first: collecting((values) => values[0] ?? null),
  $last: collecting((values) => values.at(-1) ?? null),
  $push: collecting(present),
  $addToSet: collecting((values, { collation }) => [
    ...new Map(
      present(values).map((value) => [encodeKey(value, false, collation).toString('latin1'), value]),
    ).values(),
  ]),
  $stdDevPop: collecting((values) => deviation(values, 0)),
  $stdDevSamp: collecting((values) => deviation(values, 1)),
  $mergeObjects: collecting((values) => {
    const result: Document = new Map()
    for (const value of values) {
      if (isNullish(value)) continue
      if (!isDocument(value)) throw new ServerError('Location40400', '$mergeObjects requires object inputs')
      for (const [name, member] of value) result.set(name, member)
    }
    return result
  }),
  $count: () => () => {
    let count = 0
    return {
      add: () => {
        count++
      },
      result: () => int(count),
    }
  },
  $firstN: several((values, n) => values.slice(0, n)),
  $lastN: several((values, n) => values.slice(-n)),
  $minN: several((values, n, { collation }) =>
    [...values].sort((a, b) => compareValues(a, b, collation)).slice(0, n),
  ),
  $maxN: several((values, n, { collation }) =>
    [...values].sort((a, b) => compareValues(b, a, collation)).slice(0, n),
  ),
  $top: sorted(false, 'first'),
  $topN: sorted(true, 'first'),
  $bottom: sorted(false, 'last'),
  $bottomN: sorted(true, 'last'),
}

function several(pick: (values: Value[], n: number, context: StageContext) => Value[]): AccumulatorCompiler {
  return (operand, context) => {
    const spec = specDocument('$group', operand)
    const n = wholeSpec('n', spec.get('n'), 1)
    return collecting((values) =>
      pick(
        values.map((value) => value ?? null),
        n,
        context,
      ),
    )(spec.get('input') ?? null, context)
  }
}

function sorted(many: boolean, end: 'first' | 'last'): AccumulatorCompiler {
  return (operand, context) => {
    const spec = specDocument('$group', operand)
    const order = compileSort(specDocument('sortBy', spec.get('sortBy')), context.collation)
    const output = compileExpression(spec.get('output') ?? null, context.variables)
    const n = many ? wholeSpec('n', spec.get('n'), 1) : 1
    return () => {
      const rows: { key: Value[]; value: Value }[] = []
      return {
        add: (scope) => rows.push({ key: order.key(scope.root), value: output(scope) ?? null }),
        result: () => {
          const values = rows.sort((a, b) => order.compare(a.key, b.key)).map(({ value }) => value)
          const kept = end === 'first' ? values.slice(0, n) : values.slice(-n)
          return many ? kept : (kept[0] ?? null)
        },
      }
    }
  }
}

function compileAccumulators(
  spec: Document,
  context: StageContext,
): { name: string; create: () => Accumulator }[] {
  return [...spec].map(([name, source]) => {
    if (!isDocument(source))
      throw new ServerError('Location40234', `The field '${name}' must be an accumulator object`)
    if (name.includes('.'))
      throw new ServerError('Location40235', `The field name '${name}' cannot contain '.'`)
    if (name.startsWith('$'))
      throw new ServerError('Location40236', `The field name '${name}' cannot be an operator name`)
    const [[operator, operand] = ['', null], ...rest] = source
    if (rest.length > 0)
      throw new ServerError('Location40238', `The field '${name}' must specify one accumulator`)
    const compile = accumulators[operator]
    if (!compile || !Object.hasOwn(accumulators, operator))
      throw new ServerError(
        'Location15952',
        `unknown group operator '${operator}' (not supported by the embedded database)`,
      )
    return { name, create: compile(operand, context) }
  })
}

const group: StageCompiler = (source, context) => {
  const spec = specDocument('$group', source)
  const id = spec.get('_id')
  if (id === undefined) throw new ServerError('Location15955', 'a group specification must include an _id')
  const key = compileExpression(id, context.variables)
  const fields = compileAccumulators(new Map([...spec].filter(([name]) => name !== '_id')), context)
  return (input) => grouped(input, key, fields, context)
}

function* grouped(
  input: Iterable<Document>,
  key: Expression,
  fields: { name: string; create: () => Accumulator }[],
  { variables, collation }: StageContext,
): Generator<Document> {
  const groups = new Map<string, { id: Value; members: Accumulator[] }>()
  for (const source of input) {
    const scope = newScope(source, variables, collation)
    const id = key(scope) ?? null
    const identity = encodeKey(id, false, collation).toString('latin1')
    let found = groups.get(identity)
    if (!found) {
      found = { id, members: fields.map(({ create }) => create()) }
      groups.set(identity, found)
    }
    for (const member of found.members) member.add(scope)
  }
  for (const { id, members } of groups.values()) {
    const result: Document = new Map([['_id', id]])
    for (const [i, { name }] of fields.entries()) result.set(name, members[i]?.result() ?? null)
    yield result
  }
}

export const groupStages: Record<string, StageCompiler> = {
  $group: group,
  $sortByCount: (spec, context) => {
    const counted = group(document({ _id: spec, count: document({ $sum: int(1) }) }), context, '$group')
    return (input) =>
      [...counted(input)].sort(
        (a, b) => toDouble(b.get('count') as number) - toDouble(a.get('count') as number),
      )
  },
  $bucket: (source, context) => {
    const spec = specDocument('$bucket', source)
    const boundaries = spec.get('boundaries')
    if (!Array.isArray(boundaries) || boundaries.length < 2)
      throw new ServerError(
        'Location40192',
        'The $bucket boundaries field must be an array of at least two values',
      )
    const groupBy = compileExpression(spec.get('groupBy') ?? null, context.variables)
    const fallback = spec.get('default')
    const key: Expression = (scope) => {
      const value = groupBy(scope) ?? null
      const at = boundaries.findIndex((from, i) => {
        const to = boundaries[i + 1]
        return to !== undefined && compareValues(value, from) >= 0 && compareValues(value, to) < 0
      })
      if (at >= 0) return boundaries[at]
      if (fallback === undefined)
        throw new ServerError(
          'Location40066',
          '$bucket could not find a matching branch for an input, and no default was specified.',
        )
      return fallback
    }
    const output = spec.get('output')
    const fields = compileAccumulators(
      isDocument(output) ? output : document({ count: document({ $sum: int(1) }) }),
      context,
    )
    return (input) =>
      [...grouped(input, key, fields, context)].sort((a, b) => compareValues(a.get('_id'), b.get('_id')))
  },
}
