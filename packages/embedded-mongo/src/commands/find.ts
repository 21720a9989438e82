import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import { find, type Query } from '../query/find.ts'
import { compileProjection, type Projection } from '../query/projection.ts'
import { compileSort } from '../query/sort.ts'
import { type Snapshot, snapshotAskedFor } from '../snapshots.ts'
import type { Collection } from '../storage/collection.ts'
import { type Document, isDocument, type RawDocument } from '../values/types.ts'
import {
  collationOf,
  collectionName,
  findCollection,
  flag,
  optionalCount,
  optionalDocument,
  optionalNumber,
  variablesOf,
} from './arguments.ts'
import type { Handler, Request } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/find/ */
export const findCommand: Handler = (request) => {
  const { engine, database, body } = request
  if (flag(body.get('tailable')) || flag(body.get('awaitData')))
    throw new ServerError(
      'BadValue',
      `error processing query: tailable cursor requested on non capped collection`,
    )
  for (const option of ['min', 'max', 'returnKey', 'showRecordId'])
    if (isDocument(body.get(option)) || flag(body.get(option)))
      throw new ServerError(
        'CommandNotSupported',
        `find with '${option}' is not supported by the embedded database`,
      )
  const { query, project } = parseFind(request)
  const collection = findCollection(request)
  const snapshot = snapshotAskedFor(body)
  if (snapshot) {
    if (!isWholeScan(query, project))
      throw new ServerError(
        'CommandNotSupported',
        'a snapshot is read in whole collections: no filter, sort, skip, limit, hint or projection',
      )
    const kept = engine.snapshots.read(snapshot)
    return engine.cursors.start({
      namespace: `${database}.${collectionName(request)}`,
      documents: collection ? scanOf(collection, kept) : [],
      batchSize: optionalCount(request, 'batchSize'),
      atClusterTime: kept.time,
    })
  }
  const limit = optionalNumber(request, 'limit') ?? 0
  return engine.cursors.start({
    namespace: `${database}.${collectionName(request)}`,
    documents: collection ? results(find(collection, query), project) : [],
    batchSize: optionalCount(request, 'batchSize'),
    singleBatch: flag(body.get('singleBatch')) || limit < 0,
  })
}

/** @throws ServerError for whatever MongoDB refuses in a filter, a sort or a projection */
export function parseFind(request: Request): { query: Query; project: Projection | undefined } {
  const { body } = request
  const collation = collationOf(body)
  const variables = variablesOf(request)
  const sort = optionalDocument(request, 'sort')
  if (sort) compileSort(sort, collation)
  const projection = optionalDocument(request, 'projection') ?? optionalDocument(request, 'fields')
  const query = {
    filter: compileFilter(optionalDocument(request, 'filter') ?? new Map(), { collation, variables }),
    sort,
    skip: optionalCount(request, 'skip') ?? 0,
    limit: Math.abs(optionalNumber(request, 'limit') ?? 0),
    collation,
    hint: body.get('hint'),
  }
  return {
    query,
    project:
      projection && projection.size > 0 ? compileProjection(projection, { collation, variables }) : undefined,
  }
}

const isWholeScan = ({ filter, sort, skip, limit, hint }: Query, project: Projection | undefined) =>
  filter.source.size === 0 && !sort?.size && !skip && !limit && hint === undefined && !project

function* scanOf(collection: Collection, kept: Snapshot): Generator<RawDocument> {
  for (const { raw } of collection.scan(false, kept.moment)) {
    kept.usedAt = Date.now()
    yield raw
  }
}

function* results(
  found: ReturnType<typeof find>,
  project: Projection | undefined,
): Generator<RawDocument | Document> {
  for (const { raw, document, hit } of found) yield project ? project(document, hit) : raw
}
