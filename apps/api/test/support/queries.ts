import { type Connection, ConnectionStates, type mongo } from 'mongoose'

type Filter = Record<string, unknown>

/** A query as the API sent it. Of an update or a deletion: how it finds what it changes. */
export interface Query {
  database: string
  collection: string
  command: string
  filter: Filter
  sort: Filter | undefined
}

/** The same URI; a client that connects by it tells of each command (`commandStarted`). */
export function monitored(uri: string): string {
  const url = new URL(uri)
  url.searchParams.set('monitorCommands', 'true')
  return url.href
}

/** Tells of every query that is sent on a connection whose URI is `monitored`, from now on. */
export function onQuery(connection: Connection, tell: (query: Query) => void): void {
  const watched = new WeakSet<mongo.MongoClient>()
  connection.on('connected', watch)
  if (connection.readyState === ConnectionStates.connected) watch()

  function watch(): void {
    const client = connection.getClient()
    if (watched.has(client)) return
    watched.add(client)
    client.on('commandStarted', (event) => {
      for (const query of queriesOf(event)) tell(query)
    })
  }
}

/** What stands for a query and all others that differ in values alone: `users find { emailKey: string }`. */
export function shapeOf({ collection, command, filter, sort }: Query): string {
  const order = sort && Object.keys(sort).length > 0 ? ` in the order of ${JSON.stringify(sort)}` : ''
  return `${collection} ${command} ${shapeOfValue(filter)}${order}`
}

/** Whether a filter says which value a field has, or which few: by a shard key, only those shards are asked. */
export function pins(filter: Filter, field: string): boolean {
  return Object.entries(filter).some(([name, value]) => {
    if (name === '$and') return (value as Filter[]).some((each) => pins(each, field))
    if (name === '$or') return (value as Filter[]).every((each) => pins(each, field))
    if (name !== field) return false
    const operators = isPlain(value) ? Object.keys(value).filter((key) => key.startsWith('$')) : []
    return operators.length === 0 || operators.includes('$eq') || operators.includes('$in')
  })
}

function queriesOf({ commandName, command, databaseName }: mongo.CommandStartedEvent): Query[] {
  const collection = command[commandName]
  if (typeof collection !== 'string') return []
  const found = (filter: Filter | undefined, sort?: Filter | Map<string, unknown>): Query[] => [
    {
      database: databaseName,
      collection,
      command: commandName,
      filter: filter ?? {},
      // The driver keeps the order of its fields in a Map.
      sort: sort instanceof Map ? Object.fromEntries(sort) : sort,
    },
  ]
  switch (commandName) {
    case 'find':
      return found(command.filter, command.sort)
    case 'findAndModify':
      return found(command.query, command.sort)
    case 'aggregate': {
      const [first, second] = command.pipeline
      return found(first?.$match, first?.$match ? second?.$sort : undefined)
    }
    case 'count':
      // Without a filter the database only looks how many there are.
      return command.query && Object.keys(command.query).length > 0 ? found(command.query) : []
    case 'distinct':
      return found(command.query)
    case 'update':
      return command.updates.flatMap(({ q }: { q: Filter }) => found(q))
    case 'delete':
      return command.deletes.flatMap(({ q }: { q: Filter }) => found(q))
    default:
      return []
  }
}

function shapeOfValue(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (value instanceof RegExp) return value.source.startsWith('^') ? '/^…/' : '/…/'
  if (value instanceof Date) return 'date'
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOfValue))].join(', ')}]`
  if (!isPlain(value)) return typeof value === 'object' ? String(value?.constructor.name) : typeof value
  const fields = Object.entries(value).map(([name, each]) => `${name}: ${shapeOfValue(each)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

const isPlain = (value: unknown): value is Filter =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
