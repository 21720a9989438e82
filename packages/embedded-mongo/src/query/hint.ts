import { ServerError } from '../errors.ts'
import type { Collection } from '../storage/collection.ts'
import { isDocument, isNullish, type Maybe } from '../values/types.ts'
import { isHint } from './plan.ts'

/** @throws ServerError `BadValue` (2) for the name or key of an index that is not there */
export function checkHint(collection: Collection, hint: Maybe): void {
  if (isNullish(hint) || (isDocument(hint) && (hint.size === 0 || hint.has('$natural')))) return
  if (!collection.indexes.some((index) => isHint(index, hint)))
    throw new ServerError(
      'BadValue',
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    )
}
