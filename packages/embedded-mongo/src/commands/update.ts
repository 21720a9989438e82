import { checkVariableName, type Variables } from '../aggregate/scope.ts'
import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import { type Document, document, int, isDocument, type Value } from '../values/types.ts'
import { collationOf, collectionName, flag, statements, variablesOf } from './arguments.ts'
import { runBulk, writeReply } from './bulk.ts'
import type { Handler, Request } from './command.ts'
import { updateMatching } from './write.ts'

/** https://www.mongodb.com/docs/manual/reference/command/update/ */
export const update: Handler = async (request) => {
  const list = statements(request, 'updates')
  const variables = variablesOf(request)
  return request.engine.write(() => {
    let matched = 0
    let modified = 0
    const upserted: Document[] = []
    const { errors } = runBulk(list, request.body, (statement, index) => {
      const result = updateOne(request, statement, variables)
      matched += result.matched
      modified += result.modified
      if (result.upsertedId !== undefined)
        upserted.push(document({ index: int(index), _id: result.upsertedId }))
    })
    const counts = {
      n: int(matched + upserted.length),
      nModified: int(modified),
      upserted: upserted.length > 0 ? upserted : undefined,
    }
    return writeReply(counts, errors)
  })
}

function updateOne(
  request: Request,
  statement: Document,
  variables: Variables,
): { matched: number; modified: number; upsertedId?: Value } {
  const { engine, database } = request
  const query = statement.get('q')
  if (!isDocument(query))
    throw new ServerError('Location40414', "BSON field 'update.updates.q' is missing but a required field")
  if (statement.has('sort'))
    throw new ServerError('Location40415', "BSON field 'update.updates.sort' is an unknown field.")
  const collation = collationOf(statement)
  return updateMatching(
    engine.catalog,
    { database, name: collectionName(request) },
    {
      filter: compileFilter(query, { collation, variables }),
      update: statement.get('u'),
      arrayFilters: statement.get('arrayFilters'),
      multi: flag(statement.get('multi')),
      upsert: flag(statement.get('upsert')),
      hint: statement.get('hint'),
      collation,
      variables: withConstants(variables, statement),
    },
  )
}

/** A statement's `c: { name: value }`: variables for its pipeline. The values are not evaluated. */
function withConstants(variables: Variables, statement: Document): Variables {
  const constants = statement.get('c')
  if (!isDocument(constants)) return variables
  if (!Array.isArray(statement.get('u')))
    throw new ServerError('Location51198', 'Constant values may only be specified for pipeline updates')
  for (const name of constants.keys()) checkVariableName(name)
  return new Map([...variables, ...constants])
}
