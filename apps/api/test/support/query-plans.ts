import { AsyncLocalStorage } from 'node:async_hooks'
import type { Server } from 'node:http'
import mongoose, { type Connection } from 'mongoose'
import { inject } from 'vitest'
import { complain } from './answer-complaints.ts'
import { onQuery, pins, type Query, shapeOf } from './queries.ts'

/**
 * How the collections that grow with the number of users would be sharded (docs/scaling.md). The others stay on one
 * shard: what is in them lives for days at most.
 */
const shardKeys: Record<string, string> = { users: '_id', securityEvents: 'userId', rateLimits: 'key' }

interface Exception {
  collection: string
  /** How the query's shape begins, behind the collection. */
  begins: RegExp
  why: string
}

/** Queries that may read a whole collection, or sort in memory. */
const unindexed: Exception[] = [
  {
    collection: 'revocations',
    begins: /^find \{\}/,
    why: 'Every process reads all that are live, once a minute; there are no others.',
  },
  {
    collection: 'maintenance',
    begins: /^find \{\}/,
    why: 'A document for each migration and restore, and no others.',
  },
  {
    collection: 'actionTokens',
    begins: /^find \{ kind: string, userId: ObjectId, .* in the order of \{"createdAt":-1\}/,
    why: 'Sorts the few links of one kind that one account has been sent.',
  },
  {
    collection: 'mailJobs',
    begins: /^find \{ askedFor: \{ \$gt: string, \$lt: string \} \} in the order of/,
    why: 'Sorts the few mails of one kind that one account waits for.',
  },
]

/** Queries of sharded collections that may ask every shard. docs/scaling.md says what one does about them. */
const scattered: Exception[] = [
  {
    collection: 'users',
    begins: /^find \{ _id: \{ \$gt: ObjectId \} \} in the order of \{"_id":1\}/,
    why: 'A migration walks through all of them, once.',
  },
  {
    collection: 'users',
    begins: /^find \{ (emailKey|usernameKey|passkeys\.id): string \}/,
    why: 'Whom a name, an address or a passkey belongs to: signing in, and mail to an address.',
  },
  {
    collection: 'users',
    begins: /^(find \{ \$or: \[\{ (email|username)Key: string|update \{ held(Emails|Usernames)\.key: string)/,
    why: 'Whether somebody else holds a name or an address: registering and changing it.',
  },
  {
    collection: 'users',
    begins:
      /^(find|findAndModify) \{ .*_id: \{ \$type: string \}|^find \{ factorReset\.dueAt: |^find \{ \$or: \[\{ usernameParts: null/,
    why: 'Looks once a minute for what is due, whoever it belongs to.',
  },
  {
    collection: 'users',
    begins:
      /^find \{(\}| (createdAt|lastSeenAt): | usernameKey: (null|\{ \$[gl]t: string \}) \}| roles: string \}| disabledAt: \{ \$gt: date \} \}| emailVerifiedAt: null \}| \$or: \[\{ usernameKey: \{ \$regex)/,
    why: 'The list of accounts, which administrators look at.',
  },
]

const waiting = new Map<string, Query>()
const judged = new Set<string>()
/** How many indexes each collection has, but for the one of `_id`. */
const indexCounts = new Map<string, number>()

/** Tests look into the database by the API's own connection; those queries are none of the API's. */
const inTheApi = new AsyncLocalStorage<Part>()

/** What of the API sends a query. */
type Part = 'a request' | 'the background'

/** Runs something as a part of the API: what it asks the database is watched. */
export const asTheApi = <Result>(part: Part, run: () => Result): Result => inTheApi.run(part, run)

/** What of the API is running. Undefined: a test. */
export const partOfTheApi = (): Part | undefined => inTheApi.getStore()

/** Keeps one of each shape of query that the API sends, until `judgeQueries` looks at it. */
export function watchQueries(server: Server, connection: Connection): void {
  const emit = server.emit.bind(server) as (...event: unknown[]) => boolean
  server.emit = (...event: unknown[]) =>
    event[0] === 'request' ? asTheApi('a request', () => emit(...event)) : emit(...event)
  for (const { collection, schema } of Object.values(connection.models))
    indexCounts.set(collection.collectionName, schema.indexes().length)
  onQuery(connection, (query) => {
    if (!partOfTheApi()) return
    const shape = shapeOf(query)
    if (!judged.has(shape) && !waiting.has(shape)) waiting.set(shape, query)
  })
}

/**
 * Has the database explain each query of a new shape, with the data that is there now, and complains of those that use
 * no index or ask every shard. What the server does not have, or a test has taken the indexes of, is left for another
 * time.
 */
export async function judgeQueries(server = inject('mongoUri')): Promise<void> {
  if (waiting.size === 0) return
  const client = await new mongoose.mongo.MongoClient(server).connect()
  try {
    for (const [shape, query] of waiting) {
      waiting.delete(shape)
      const stages = await stagesOf(client, query)
      if (stages.length === 0) continue
      judged.add(shape)
      for (const sentence of complaintsOf(query, shape, stages)) complain(sentence)
    }
  } finally {
    await client.close()
  }
}

function complaintsOf({ collection, filter }: Query, shape: string, stages: string[]): string[] {
  const isExcept = (exceptions: Exception[]) =>
    exceptions.some(
      (each) => each.collection === collection && each.begins.test(shape.slice(collection.length + 1)),
    )
  const complaints: string[] = []
  if (stages.some((stage) => stage === 'COLLSCAN' || stage === 'SORT') && !isExcept(unindexed))
    complaints.push(`No index serves this query (${stages.join(' ← ')}): ${shape}`)
  const shardKey = shardKeys[collection]
  if (shardKey && !pins(filter, shardKey) && !isExcept(scattered))
    complaints.push(`This query would ask every shard, for it does not say which ${shardKey}: ${shape}`)
  return complaints
}

/** From the outside in. None: there is no such collection with its indexes, or its server tells its plans in another way. */
async function stagesOf(client: mongoose.mongo.MongoClient, query: Query): Promise<string[]> {
  const { database, collection, filter, sort } = query
  const indexes = await client.db(database).collection(collection).listIndexes().toArray().catch(noneThere)
  if (indexes.length <= (indexCounts.get(collection) ?? 0)) return []
  const explain = { find: collection, filter, ...(sort && { sort }) }
  const { queryPlanner, serverInfo } = await client
    .db(database)
    .command({ explain, verbosity: 'queryPlanner' })
  // PostgreSQL's planner, below DocumentDB, prefers to read small tables as a whole.
  if ('postgres' in queryPlanner) return []
  const stages = stagesIn(queryPlanner.winningPlan)
  const names = stages.map(({ stage = '' }) => stage)
  const scans = stages.filter(({ stage }) => stage === 'IXSCAN')
  const isSortedByMongo = scans.length === 1 && scans[0] && readsInOrder(scans[0], query)
  return serverInfo?.host === 'embedded' && isSortedByMongo ? names.filter((name) => name !== 'SORT') : names
}

function noneThere(error: unknown): [] {
  if (error instanceof mongoose.mongo.MongoServerError && error.codeName === 'NamespaceNotFound') return []
  throw error
}

interface Stage {
  stage?: string
  keyPattern?: Record<string, 1 | -1>
  isMultiKey?: boolean
  inputStage?: Stage
  inputStages?: Stage[]
  queryPlan?: Stage
}

function stagesIn(plan: Stage): Stage[] {
  const { stage, inputStage, inputStages = [], queryPlan } = plan
  const below = [...(inputStage ? [inputStage] : []), ...inputStages, ...(queryPlan ? [queryPlan] : [])]
  return stage === 'EOF' ? [] : [...(stage ? [plan] : []), ...below.flatMap(stagesIn)]
}

/**
 * Whether MongoDB reads the entries of an index in the order of the query. Where the filter allows a few values of its
 * first fields (`null` is two: null and missing), it merges their stretches; the embedded database sorts there.
 * https://www.mongodb.com/docs/manual/tutorial/sort-results-with-indexes/
 */
function readsInOrder({ keyPattern = {}, isMultiKey }: Stage, { filter, sort = {} }: Query): boolean {
  if (isMultiKey) return false
  const keys = Object.entries(keyPattern)
  const order = Object.entries(sort).map(([name, way]) => [name, Number(way)] as const)
  const isOrderOf = (fields: [string, number][]) =>
    [1, -1].some((direction) =>
      order.every(([name, way], at) => fields[at]?.[0] === name && fields[at]?.[1] === way * direction),
    )
  const ranged = keys.findIndex(([name]) => !pins(filter, name))
  const fixed = ranged < 0 ? keys.length : ranged
  return Array.from({ length: fixed + 1 }, (_, from) => keys.slice(from)).some(isOrderOf)
}
