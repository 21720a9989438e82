import { type Connection, type IndexDefinition, type IndexOptions, type Model, mongo } from 'mongoose'

/** How many documents the message names. To mend more, one writes a query anyway. */
const named = 10
/** As long as it takes: with many documents that is longer than other commands have (database.ts). */
const unlimited = { socketTimeoutMS: 0 } as object

/** Documents that break a unique index, so that no retry helps. The message names them and says what to do. */
export class UnindexableError extends Error {
  override readonly name = 'UnindexableError'
}

/**
 * Builds every index of every model. What a collection lacks is built by one command, which reads its documents once: all of
 * it or, when stored documents break a unique index, none, and UnindexableError is thrown.
 */
export async function createIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    // The types differ, the objects do not. A schema's own collation would not be applied; none has one.
    const indexes = model.schema
      .indexes()
      .map(([key, options]) => ({ ...options, key }) as mongo.IndexDescription)
    if (indexes.length === 0) continue
    try {
      await model.collection.createIndexes(indexes, unlimited)
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === 11000) throw await explained(model, error)
      throw error
    }
  }
}

/** An index that a model asks for and its collection lacks. */
interface MissingIndex {
  collection: string
  /** Like `emailKey` or `userId, at`. */
  fields: string
  /** Which documents it cannot be built over. Null: it can. */
  unbuildable: string | null
}

/** What is not there; builds nothing. */
export async function missingIndexes(connection: Connection): Promise<MissingIndex[]> {
  const missing: MissingIndex[] = []
  for (const model of Object.values(connection.models)) {
    const there = await model.collection.indexes().catch((error) => {
      if (error instanceof mongo.MongoServerError && error.codeName === 'NamespaceNotFound') return []
      throw error
    })
    for (const [fields, options] of model.schema.indexes()) {
      const isIt = ({ key, unique = false }: mongo.IndexDescriptionInfo) =>
        JSON.stringify(key) === JSON.stringify(fields) && unique === (options.unique === true)
      if (there.some(isIt)) continue
      const [shared] = await sharedValues(model, fields, options)
      missing.push({
        collection: model.collection.collectionName,
        fields: Object.keys(fields).join(', '),
        unbuildable: shared ?? null,
      })
    }
  }
  return missing
}

async function explained(model: Model<unknown>, cause: Error): Promise<Error> {
  const sentences: string[] = []
  for (const [fields, options] of model.schema.indexes())
    for (const sentence of await sharedValues(model, fields, options))
      sentences.push(`  - ${Object.keys(fields)[0]}: ${sentence}`)
  const what = `The collection ${model.collection.collectionName} holds documents that cannot be told apart`
  const advice = 'Give each a value of its own, or remove those that are not wanted, and start again'
  return new UnindexableError(`${what}:\n${sentences.join('\n')}\n${advice} (docs/account.md).`, { cause })
}

/** For each value that several documents share though the index forbids it: a sentence that names them. */
async function sharedValues(
  model: Model<unknown>,
  fields: IndexDefinition,
  options: IndexOptions,
): Promise<string[]> {
  const field = Object.keys(fields)[0]
  if (options.unique !== true || field === undefined) return []
  const sentences: string[] = []
  const shared = await model.collection
    .aggregate<{ _id: unknown }>(
      [
        ...(options.partialFilterExpression ? [{ $match: options.partialFilterExpression }] : []),
        ...(field.includes('.') ? [{ $unwind: `$${field.split('.', 1)[0]}` }] : []),
        { $group: { _id: `$${field}`, count: { $sum: 1 } } },
        { $match: { count: { $gt: 1 } } },
        { $limit: named },
      ],
      unlimited,
    )
    .toArray()
  for (const { _id: value } of shared) {
    const documents = await model.collection
      .find({ [field]: value ?? null }, { projection: { _id: 1 }, limit: named, ...unlimited })
      .toArray()
    const ids = documents.map(({ _id }) => String(_id)).join(', ')
    const problem = value === null || value === undefined ? 'lack it' : `share ${JSON.stringify(value)}`
    sentences.push(`these documents ${problem}: ${ids}`)
  }
  return sentences
}
