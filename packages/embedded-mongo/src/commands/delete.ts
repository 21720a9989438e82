import { ServerError } from '../errors.ts'
import { compileFilter } from '../query/filter.ts'
import { toDouble } from '../values/numbers.ts'
import { int, isDocument, isNumeric } from '../values/types.ts'
import { collationOf, findCollection, statements, variablesOf } from './arguments.ts'
import { runBulk, writeReply } from './bulk.ts'
import type { Handler } from './command.ts'
import { deleteMatching } from './write.ts'

/** https://www.mongodb.com/docs/manual/reference/command/delete/ */
export const deleteCommand: Handler = async (request) => {
  const list = statements(request, 'deletes')
  const variables = variablesOf(request)
  return request.engine.write(() => {
    let removed = 0
    const { errors } = runBulk(list, request.body, (statement) => {
      const query = statement.get('q')
      const limit = statement.get('limit')
      if (!isDocument(query))
        throw new ServerError(
          'Location40414',
          "BSON field 'delete.deletes.q' is missing but a required field",
        )
      if (!isNumeric(limit))
        throw new ServerError(
          'Location40414',
          "BSON field 'delete.deletes.limit' is missing but a required field",
        )
      const collation = collationOf(statement)
      const filter = compileFilter(query, { collation, variables })
      const collection = findCollection(request)
      if (!collection) return
      removed += deleteMatching(collection, {
        filter,
        limit: toDouble(limit),
        hint: statement.get('hint'),
        collation,
      }).length
    })
    return writeReply({ n: int(removed) }, errors)
  })
}
