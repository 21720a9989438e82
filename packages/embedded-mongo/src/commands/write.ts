import type { Variables } from '../aggregate/scope.ts'
import { ServerError } from '../errors.ts'
import type { Filter, Hit } from '../query/filter.ts'
import { type Found, find } from '../query/find.ts'
import type { Catalog } from '../storage/catalog.ts'
import type { Collection } from '../storage/collection.ts'
import { checkId } from '../storage/field-names.ts'
import { compileUpdate, upsertDocument } from '../update/update.ts'
import { decodeStored, encodeDocument } from '../values/bson.ts'
import type { Collation } from '../values/collation.ts'
import type { Document, Maybe, Value } from '../values/types.ts'

export interface UpdateRequest {
  filter: Filter
  update: Maybe
  arrayFilters?: Maybe
  multi: boolean
  upsert: boolean
  sort?: Document | undefined
  hint?: Maybe
  collation: Collation | undefined
  variables: Variables
}

export interface UpdateResult {
  matched: number
  modified: number
  upsertedId?: Value
  /** The last document, as it was and as it is now. */
  before?: Document
  after?: Document
  hit?: Hit
}

/** Updates what matches, or inserts. Runs inside `engine.write`. */
export function updateMatching(
  catalog: Catalog,
  { database, name }: { database: string; name: string },
  request: UpdateRequest,
): UpdateResult {
  const { filter, arrayFilters, collation, variables, multi } = request
  const update = compileUpdate(request.update, { arrayFilters, collation, variables })
  if (multi && update.replaces)
    throw new ServerError('FailedToParse', 'multi update is not supported for replacement-style update')
  const collection = request.upsert ? catalog.ensure(database, name) : catalog.find(database, name)
  const result: UpdateResult = { matched: 0, modified: 0 }
  if (!collection) return result
  const now = new Date()
  // All are found before any is written: a changed one could turn up again further on in an index.
  for (const found of [...find(collection, { ...request, limit: multi ? 0 : 1 })]) {
    const { raw, hit } = found
    const after = update.apply(decodeStored(raw), { hit, inserting: false, now })
    const bytes = encodeDocument(after)
    if (!bytes.equals(raw)) {
      collection.replace(found, after, bytes)
      result.modified++
    }
    result.matched++
    Object.assign(result, { before: found.document, after, hit })
  }
  if (result.matched > 0 || !request.upsert) return result
  const inserted = upsertDocument(filter.source, update, now)
  const id = inserted.get('_id') as Value
  checkId(id)
  collection.insert(inserted)
  return { ...result, upsertedId: id, after: inserted }
}

export interface DeleteRequest {
  filter: Filter
  /** 0 removes all. */
  limit: number
  sort?: Document | undefined
  hint?: Maybe
  collation: Collation | undefined
}

/** Removes what matches and returns it. Runs inside `engine.write`. */
export function deleteMatching(collection: Collection, request: DeleteRequest): Found[] {
  const found = [...find(collection, request)]
  for (const { record, document } of found) collection.remove(record, document)
  return found
}
