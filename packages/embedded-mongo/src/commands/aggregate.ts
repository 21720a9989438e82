import { compilePipeline } from '../aggregate/pipeline.ts'
import type { Variables } from '../aggregate/scope.ts'
import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import { find, type Query } from '../query/find.ts'
import { toDouble } from '../values/numbers.ts'
import { type Document, document, isDocument, isNumeric, type Value } from '../values/types.ts'
import { collationOf, collectionName, requireArray, variablesOf } from './arguments.ts'
import type { Handler, Request } from './command.ts'
import { collectionStatistics, indexStatistics } from './statistics.ts'

/** https://www.mongodb.com/docs/manual/reference/command/aggregate/ */
export const aggregate: Handler = (request) => {
  const { engine, database, body } = request
  const cursor = body.get('cursor')
  if (!isDocument(cursor) && body.get('explain') !== true)
    throw new ServerError(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    )
  const batchSize = isDocument(cursor) ? cursor.get('batchSize') : undefined
  const { documents, namespace } = runPipeline(request)
  return engine.cursors.start({
    namespace: `${database}.${namespace}`,
    documents,
    batchSize: isNumeric(batchSize) ? toDouble(batchSize) : undefined,
  })
}

function runPipeline(request: Request): { documents: Iterable<Document>; namespace: string } {
  const { engine, database, body } = request
  const stages = requireArray(request, 'pipeline')
  const [collation, variables] = [collationOf(body), variablesOf(request)]
  const options = { collation, variables, collection: (name: string) => engine.catalog.find(database, name) }
  const [first] = stages
  // The whole pipeline is compiled first: its errors must show even if the collection does not exist.
  const special = isDocument(first) ? sourceStage(first, request) : undefined
  if (special)
    return { documents: compilePipeline(stages.slice(1), options)(special()), namespace: sourceName(request) }
  compilePipeline(stages, options)
  if (isNumeric(body.get('aggregate'))) {
    if (!isDocument(first) || !first.has('$documents'))
      throw new ServerError(
        'InvalidNamespace',
        `{aggregate: 1} is not valid for '${isDocument(first) ? [...first.keys()][0] : 'an empty pipeline'}'; a collection is required.`,
      )
    return { documents: compilePipeline(stages, options)([]), namespace: '$cmd.aggregate' }
  }
  const collection = engine.catalog.find(database, collectionName(request))
  if (!collection)
    return { documents: compilePipeline(stages, options)([]), namespace: collectionName(request) }
  const { query, rest } = pushDown(request, stages, variables)
  const matching = find(collection, query)
  const documents = function* (): Generator<Document> {
    for (const found of matching) yield found.document
  }
  return { documents: compilePipeline(rest, options)(documents()), namespace: collectionName(request) }
}

const sourceName = (request: Request): string =>
  isNumeric(request.body.get('aggregate')) ? '$cmd.aggregate' : collectionName(request)

/** Stages that bring their own documents. They can only come first. */
function sourceStage(first: Document, request: Request): (() => Iterable<Document>) | undefined {
  if (first.has('$collStats'))
    return () => [
      document({
        ns: `${request.database}.${collectionName(request)}`,
        localTime: new Date(),
        ...Object.fromEntries(collectionStatistics(request)),
      }),
    ]
  if (first.has('$indexStats')) return () => indexStatistics(request)
  if (first.has('$currentOp') || first.has('$listLocalSessions') || first.has('$listSessions'))
    return () => []
  return undefined
}

/** Leading `$match`, `$sort`, `$skip` and `$limit` become a find, which can use indexes. */
export function pushDown(
  request: Request,
  stages: Value[],
  variables: Variables,
): { query: Query; rest: Value[] } {
  const collation = collationOf(request.body)
  const conditions: Document[] = []
  const query: { sort?: Document; skip?: number; limit?: number } = {}
  let at = 0
  for (; at < stages.length; at++) {
    const stage = stages[at]
    if (!isDocument(stage)) break
    const [[name, spec] = ['', null]] = stage
    if (name === '$match' && isDocument(spec) && !query.sort && conditions.length === at)
      conditions.push(spec)
    else if (name === '$sort' && isDocument(spec) && !query.sort && query.skip === undefined)
      query.sort = spec
    else if (name === '$skip' && isNumeric(spec) && query.skip === undefined) query.skip = toDouble(spec)
    else if (name === '$limit' && isNumeric(spec)) {
      query.limit = toDouble(spec)
      at++
      break
    } else break
  }
  const [only] = conditions
  const source = conditions.length <= 1 ? (only ?? new Map()) : document({ $and: conditions })
  const filter = compileFilter(source, { collation, variables })
  return { query: { ...query, filter, collation, hint: request.body.get('hint') }, rest: stages.slice(at) }
}
