import { collectionName } from './arguments.ts'
import type { Handler } from './command.ts'
import { collectionStatistics } from './statistics.ts'

/** https://www.mongodb.com/docs/manual/reference/command/collStats/ */
export const collStats: Handler = (request) => ({
  ns: `${request.database}.${collectionName(request)}`,
  ...Object.fromEntries(collectionStatistics(request)),
  ok: 1,
})
