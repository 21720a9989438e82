import { compileFilter } from '../query/filter.ts'
import { find } from '../query/find.ts'
import { int } from '../values/types.ts'
import {
  collationOf,
  findCollection,
  optionalCount,
  optionalDocument,
  optionalNumber,
  variablesOf,
} from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/count/ */
export const count: Handler = (request) => {
  const collation = collationOf(request.body)
  const filter = compileFilter(optionalDocument(request, 'query') ?? new Map(), {
    collation,
    variables: variablesOf(request),
  })
  const skip = optionalCount(request, 'skip') ?? 0
  const limit = Math.abs(optionalNumber(request, 'limit') ?? 0)
  const collection = findCollection(request)
  if (!collection) return { n: int(0), ok: 1 }
  const hint = request.body.get('hint')
  if (filter.source.size === 0 && hint === undefined) {
    const rest = Math.max(0, collection.count() - skip)
    return { n: int(limit > 0 ? Math.min(rest, limit) : rest), ok: 1 }
  }
  let n = 0
  for (const _ of find(collection, { filter, skip, limit, collation, hint })) n++
  return { n: int(n), ok: 1 }
}
