import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import { compileProjection } from '../query/projection.ts'
import { type Document, document, int, type Maybe } from '../values/types.ts'
import {
  collationOf,
  collectionName,
  findCollection,
  flag,
  optionalDocument,
  variablesOf,
} from './arguments.ts'
import type { Handler, Request } from './command.ts'
import { deleteMatching, updateMatching } from './write.ts'

/** https://www.mongodb.com/docs/manual/reference/command/findAndModify/ */
export const findAndModify: Handler = async (request) => {
  const { body } = request
  const removes = flag(body.get('remove'))
  const hasUpdate = body.has('update')
  if (removes === hasUpdate)
    throw new ServerError(
      'FailedToParse',
      removes
        ? 'Cannot specify both an update and remove=true'
        : 'Either an update or remove=true must be specified',
    )
  if (removes && flag(body.get('upsert')))
    throw new ServerError('FailedToParse', 'Cannot specify both upsert=true and remove=true ')
  if (removes && flag(body.get('new')))
    throw new ServerError(
      'FailedToParse',
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    )
  return request.engine.write(() => (removes ? remove(request) : modify(request)))
}

function parse(request: Request) {
  const { body } = request
  const collation = collationOf(body)
  const variables = variablesOf(request)
  const fields = optionalDocument(request, 'fields') ?? optionalDocument(request, 'projection')
  return {
    filter: compileFilter(optionalDocument(request, 'query') ?? new Map(), { collation, variables }),
    sort: optionalDocument(request, 'sort'),
    hint: body.get('hint'),
    project:
      fields && fields.size > 0
        ? compileProjection(fields, { collation, variables })
        : (value: Document) => value,
    collation,
    variables,
  }
}

function remove(request: Request): Record<string, Maybe> {
  const query = parse(request)
  const collection = findCollection(request)
  const [found] = collection ? deleteMatching(collection, { ...query, limit: 1 }) : []
  return {
    lastErrorObject: document({ n: int(found ? 1 : 0) }),
    value: found ? query.project(found.document, found.hit) : null,
    ok: 1,
  }
}

function modify(request: Request): Record<string, Maybe> {
  const { engine, database, body } = request
  const query = parse(request)
  const result = updateMatching(
    engine.catalog,
    { database, name: collectionName(request) },
    {
      ...query,
      update: body.get('update'),
      arrayFilters: body.get('arrayFilters'),
      multi: false,
      upsert: flag(body.get('upsert')),
    },
  )
  const value = flag(body.get('new')) ? result.after : result.before
  return {
    lastErrorObject: document({
      n: int(result.matched > 0 || result.upsertedId !== undefined ? 1 : 0),
      updatedExisting: result.matched > 0,
      upserted: result.upsertedId,
    }),
    value: value ? query.project(value, result.hit) : null,
    ok: 1,
  }
}
