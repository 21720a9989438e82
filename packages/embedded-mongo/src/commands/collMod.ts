import { ServerError } from '../errors.ts'
import { parseIndexSpec, sameDocument } from '../storage/index-spec.ts'
import { int, isDocument } from '../values/types.ts'
import { requireCollection } from './arguments.ts'
import type { Handler } from './command.ts'

/** Changes how long a TTL index keeps documents. https://www.mongodb.com/docs/manual/reference/command/collMod/ */
export const collMod: Handler = async (request) => {
  const { body, engine } = request
  const change = body.get('index')
  if (!isDocument(change))
    throw new ServerError('CommandNotSupported', 'collMod can only change an index in the embedded database')
  return engine.write(() => {
    const collection = requireCollection(request)
    const pattern = change.get('keyPattern')
    const index = collection.indexes.find(
      ({ spec }) =>
        spec.name === change.get('name') || (isDocument(pattern) && sameDocument(pattern, spec.key)),
    )
    if (!index) throw new ServerError('IndexNotFound', 'cannot find the index to change')
    const source = new Map(index.spec.source)
    for (const option of ['expireAfterSeconds', 'hidden']) {
      const value = change.get(option)
      if (value !== undefined) source.set(option, value)
    }
    const before = index.spec.expireAfterSeconds
    collection.alterIndex(index, parseIndexSpec(source))
    const after = index.spec.expireAfterSeconds
    return {
      expireAfterSeconds_old: before === undefined ? undefined : int(before),
      expireAfterSeconds_new: after === undefined ? undefined : int(after),
      ok: 1,
    }
  })
}
