import { ServerError } from '../errors.ts'
import type { Collection, Index } from '../storage/collection.ts'
import { sameDocument } from '../storage/index-spec.ts'
import { describe } from '../values/describe.ts'
import { int, isDocument, type Maybe } from '../values/types.ts'
import { requireCollection } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/dropIndexes/ */
export const dropIndexes: Handler = async (request) =>
  request.engine.write(() => {
    const collection = requireCollection(request)
    const wanted = request.body.get('index')
    const before = collection.indexes.length
    for (const index of selected(collection, wanted)) collection.dropIndex(index)
    return {
      nIndexesWas: int(before),
      msg: wanted === '*' ? 'non-_id indexes dropped for collection' : undefined,
      ok: 1,
    }
  })

function selected(collection: Collection, wanted: Maybe): Index[] {
  if (wanted === '*') return collection.indexes.filter((index) => index.spec.name !== '_id_')
  if (Array.isArray(wanted)) return wanted.flatMap((name) => selected(collection, name))
  const found = collection.indexes.find(
    ({ spec }) => spec.name === wanted || (isDocument(wanted) && sameDocument(wanted, spec.key)),
  )
  if (!found)
    throw new ServerError(
      'IndexNotFound',
      isDocument(wanted)
        ? `can't find index with key: ${describe(wanted)}`
        : `index not found with name [${String(wanted)}]`,
    )
  if (found.spec.name === '_id_') throw new ServerError('InvalidOptions', 'cannot drop _id index')
  return [found]
}
