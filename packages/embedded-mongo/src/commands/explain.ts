import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import { find, isSorted, planFor, type Query, type Statistics } from '../query/find.ts'
import type { Plan } from '../query/plan.ts'
import { type Document, document, int, isDocument, type Maybe } from '../values/types.ts'
import { pushDown } from './aggregate.ts'
import {
  collationOf,
  collectionName,
  findCollection,
  requireArray,
  statements,
  variablesOf,
} from './arguments.ts'
import { VERSION } from './buildInfo.ts'
import type { Handler, Request } from './command.ts'
import { parseFind } from './find.ts'

/**
 * Shows how a command finds its documents: find, count, distinct, aggregate, update, delete or findAndModify. It runs
 * a find, so it never writes. https://www.mongodb.com/docs/manual/reference/command/explain/
 */
export const explain: Handler = (request) => {
  const inner = request.body.get('explain')
  if (!isDocument(inner)) throw new ServerError('TypeMismatch', 'explain command requires a nested object')
  const [name = ''] = inner.keys()
  return explainCommand({ ...request, name, body: inner })
}

function explainCommand(request: Request): Record<string, Maybe> {
  const query = queryOf(request)
  const collection = findCollection(request)
  const statistics: Statistics = { keysExamined: 0, documentsExamined: 0 }
  const started = performance.now()
  let returned = 0
  if (collection) for (const _ of find(collection, query, statistics)) returned++
  const stage = collection ? winningPlan(planFor(collection, query), query) : document({ stage: 'EOF' })
  return {
    explainVersion: '1',
    queryPlanner: document({
      namespace: `${request.database}.${collectionName(request)}`,
      parsedQuery: query.filter.source,
      winningPlan: stage,
      rejectedPlans: [],
    }),
    executionStats: document({
      executionSuccess: true,
      nReturned: int(returned),
      executionTimeMillis: int(Math.round(performance.now() - started)),
      totalKeysExamined: int(statistics.keysExamined),
      totalDocsExamined: int(statistics.documentsExamined),
      executionStages: stage,
    }),
    serverInfo: document({ host: 'embedded', version: VERSION }),
    ok: 1,
  }
}

function queryOf(request: Request): Query {
  const { name, body } = request
  if (name === 'find') return parseFind(request).query
  if (name === 'aggregate')
    return pushDown(request, requireArray(request, 'pipeline'), variablesOf(request)).query
  const statement = name === 'update' || name === 'delete' ? statements(request, `${name}s`)[0] : body
  const filter = statement?.get('q') ?? statement?.get('query')
  if (!statement || !['update', 'delete', 'count', 'distinct', 'findAndModify'].includes(name))
    throw new ServerError('CommandNotFound', `Explain failed due to unknown command: ${name}`)
  const collation = collationOf(statement)
  const sort = statement.get('sort')
  return {
    filter: compileFilter(isDocument(filter) ? filter : new Map(), {
      collation,
      variables: variablesOf(request),
    }),
    sort: isDocument(sort) ? sort : undefined,
    hint: statement.get('hint'),
    collation,
  }
}

function winningPlan(plan: Plan, query: Query): Document {
  const source = plan.kind === 'collection' ? collectionScan(query) : indexScans(plan, query)
  const sorted = !query.sort || query.sort.size === 0 || isSorted(plan)
  return sorted ? source : document({ stage: 'SORT', sortPattern: query.sort, inputStage: source })
}

const collectionScan = (query: Query): Document =>
  document({ stage: 'COLLSCAN', filter: query.filter.source, direction: 'forward' })

function indexScans(plan: Extract<Plan, { kind: 'index' }>, query: Query): Document {
  const scans = plan.scans.map(({ index, reverse }) =>
    document({
      stage: 'IXSCAN',
      keyPattern: index.spec.key,
      indexName: index.spec.name,
      isMultiKey: index.multikey,
      isUnique: index.spec.unique,
      isSparse: index.spec.sparse,
      isPartial: index.spec.filter !== undefined,
      direction: reverse ? 'backward' : 'forward',
    }),
  )
  const [only] = scans
  const inputStage = scans.length === 1 ? only : document({ stage: 'OR', inputStages: scans })
  return document({ stage: 'FETCH', filter: query.filter.source, inputStage })
}
