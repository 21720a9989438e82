import { ServerError } from '../errors.ts'
import { toDouble } from '../values/numbers.ts'
import { isDocument, isNumeric } from '../values/types.ts'
import { collectionName, findCollection } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/listIndexes/ */
export const listIndexes: Handler = (request) => {
  const { engine, database, body } = request
  const namespace = `${database}.${collectionName(request)}`
  const collection = findCollection(request)
  if (!collection) throw new ServerError('NamespaceNotFound', `ns does not exist: ${namespace}`)
  const cursor = body.get('cursor')
  const batchSize = isDocument(cursor) ? cursor.get('batchSize') : undefined
  return engine.cursors.start({
    namespace,
    documents: collection.indexes.map((index) => index.spec.source),
    batchSize: isNumeric(batchSize) ? toDouble(batchSize) : undefined,
  })
}
