import { compileFilter } from '../query/filter.ts'
import { document } from '../values/types.ts'
import { flag, optionalDocument } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/listDatabases/ */
export const listDatabases: Handler = (request) => {
  const { engine, body } = request
  const filter = compileFilter(optionalDocument(request, 'filter') ?? new Map())
  const nameOnly = flag(body.get('nameOnly'))
  const names = [...new Set(engine.catalog.list().map(({ state }) => state.database))]
  let totalSize = 0
  const databases = names
    .map((name) => {
      const sizeOnDisk = engine.catalog.list(name).reduce((total, collection) => total + collection.size(), 0)
      totalSize += sizeOnDisk
      return document({
        name,
        sizeOnDisk: nameOnly ? undefined : BigInt(sizeOnDisk),
        empty: nameOnly ? undefined : false,
      })
    })
    .filter((database) => filter.matches(database))
  return nameOnly
    ? { databases, ok: 1 }
    : { databases, totalSize: BigInt(totalSize), totalSizeMb: BigInt(totalSize >> 20), ok: 1 }
}
