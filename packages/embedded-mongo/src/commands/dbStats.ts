import { int } from '../values/types.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/dbStats/ */
export const dbStats: Handler = ({ engine, database }) => {
  const collections = engine.catalog.list(database)
  const objects = collections.reduce((total, collection) => total + collection.count(), 0)
  const dataSize = collections.reduce((total, collection) => total + collection.size(), 0)
  return {
    db: database,
    collections: BigInt(collections.length),
    views: 0n,
    objects: BigInt(objects),
    avgObjSize: objects > 0 ? dataSize / objects : 0,
    dataSize,
    storageSize: dataSize,
    indexes: BigInt(collections.reduce((total, collection) => total + collection.indexes.length, 0)),
    indexSize: 0,
    totalSize: dataSize,
    scaleFactor: int(1),
    ok: 1,
  }
}
