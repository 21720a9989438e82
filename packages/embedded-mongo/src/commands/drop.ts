import { int } from '../values/types.ts'
import { collectionName, findCollection } from './arguments.ts'
import type { Handler } from './command.ts'

/** Since MongoDB 7.0 a missing collection is not an error. https://www.mongodb.com/docs/manual/reference/command/drop/ */
export const drop: Handler = async (request) => {
  const name = collectionName(request)
  return request.engine.write(() => {
    const collection = findCollection(request)
    if (!collection) return { ok: 1 }
    const nIndexesWas = int(collection.indexes.length)
    request.engine.catalog.drop(collection)
    return { nIndexesWas, ns: `${request.database}.${name}`, ok: 1 }
  })
}
