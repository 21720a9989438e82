import { ServerError } from '../errors.ts'
import type { Collection } from '../storage/collection.ts'
import { type IndexSpec, parseIndexSpec, sameDocument } from '../storage/index-spec.ts'
import { encodeDocument } from '../values/bson.ts'
import { describe } from '../values/describe.ts'
import { type Document, document, int, isDocument } from '../values/types.ts'
import { collectionName, requireArray } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/createIndexes/ */
export const createIndexes: Handler = async (request) => {
  const { engine, database } = request
  const name = collectionName(request)
  const sources = requireArray(request, 'indexes').map((source) => {
    if (!isDocument(source))
      throw new ServerError(
        'TypeMismatch',
        "BSON field 'createIndexes.indexes.0' is the wrong type, expected type 'object'",
      )
    return source
  })
  if (sources.length === 0) throw new ServerError('BadValue', 'Must specify at least one index to create')
  // Parsed before the collection is made, so that a bad index leaves nothing behind.
  for (const source of sources) parseIndexSpec(source)
  return engine.write(() => {
    const createdCollectionAutomatically = engine.catalog.find(database, name) === undefined
    const collection = engine.catalog.ensure(database, name)
    const numIndexesBefore = collection.indexes.length
    for (const source of sources) {
      const index = engine.catalog.newIndex(source)
      if (!isBuilt(collection, index.spec)) collection.build(index)
    }
    return {
      numIndexesBefore: int(numIndexesBefore),
      numIndexesAfter: int(collection.indexes.length),
      createdCollectionAutomatically,
      note: collection.indexes.length === numIndexesBefore ? 'all indexes already exist' : undefined,
      ok: 1,
    }
  })
}

/** @throws ServerError `IndexOptionsConflict` (85) or `IndexKeySpecsConflict` (86) */
function isBuilt(collection: Collection, spec: IndexSpec): boolean {
  for (const { spec: existing } of collection.indexes) {
    const sameKey = sameOrdered(existing.key, spec.key)
    if (sameKey && existing.name === '_id_' && !spec.source.has('expireAfterSeconds')) return true
    const sameName = existing.name === spec.name
    if (!sameKey && !sameName) continue
    const same = sameKey && sameIdentity(existing, spec) && sameOptions(existing, spec)
    if (same && sameName) return true
    const shapes = `Requested index: ${describe(spec.source)}, existing index: ${describe(existing.source)}`
    if (sameName)
      throw new ServerError(
        sameKey && sameIdentity(existing, spec) ? 'IndexOptionsConflict' : 'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. ${shapes}`,
      )
    // Two indexes may share a key if they cover or compare values differently.
    if (!sameIdentity(existing, spec)) continue
    throw new ServerError(
      'IndexOptionsConflict',
      same
        ? `Index already exists with a different name: ${existing.name}`
        : `An equivalent index already exists with a different name and options. ${shapes}`,
    )
  }
  return false
}

const sameOrdered = (a: Document, b: Document): boolean => sameDocument(a, b)

/** Indexes on one key that differ in this may exist side by side. */
const sameIdentity = (a: IndexSpec, b: IndexSpec): boolean =>
  a.unique === b.unique &&
  a.sparse === b.sparse &&
  encoded(a.source, ['partialFilterExpression', 'collation']).equals(
    encoded(b.source, ['partialFilterExpression', 'collation']),
  )

const sameOptions = (a: IndexSpec, b: IndexSpec): boolean => a.expireAfterSeconds === b.expireAfterSeconds

const encoded = (source: Document, names: string[]): Buffer =>
  encodeDocument(document(Object.fromEntries(names.map((name) => [name, source.get(name)]))))
