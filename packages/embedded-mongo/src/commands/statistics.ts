import { type Document, document, int, type Maybe } from '../values/types.ts'
import { findCollection } from './arguments.ts'
import type { Request } from './command.ts'

/** The answer of `collStats` and `$collStats`. Sizes count the documents' own bytes. */
export function collectionStatistics(request: Request): Map<string, Maybe> {
  const collection = findCollection(request)
  const count = collection?.count() ?? 0
  const size = collection?.size() ?? 0
  const nindexes = collection?.indexes.length ?? 0
  return new Map<string, Maybe>([
    ['count', int(count)],
    ['size', int(size)],
    ['avgObjSize', int(count > 0 ? Math.round(size / count) : 0)],
    ['storageSize', int(size)],
    ['totalIndexSize', int(0)],
    ['totalSize', int(size)],
    ['nindexes', int(nindexes)],
    ['capped', false],
    [
      'indexSizes',
      document(Object.fromEntries((collection?.indexes ?? []).map((index) => [index.spec.name, int(0)]))),
    ],
    ['scaleFactor', int(1)],
    [
      'storageStats',
      document({
        count: int(count),
        size: int(size),
        avgObjSize: int(count > 0 ? Math.round(size / count) : 0),
        storageSize: int(size),
        totalIndexSize: int(0),
        totalSize: int(size),
        nindexes: int(nindexes),
        freeStorageSize: int(0),
        indexSizes: document({}),
        capped: false,
      }),
    ],
  ])
}

export const indexStatistics = (request: Request): Document[] =>
  (findCollection(request)?.indexes ?? []).map(({ spec }) =>
    document({
      name: spec.name,
      key: spec.key,
      host: 'embedded',
      accesses: document({ ops: 0n, since: request.engine.startedAt }),
      spec: spec.source,
    }),
  )
