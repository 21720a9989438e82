import { type Connection, type Model, mongo } from 'mongoose'

/** How many documents the message names. To mend more, one writes a query anyway. */
const named = 10

/** Documents that break a unique index, so that no retry helps. The message names them and says what to do. */
export class UnindexableError extends Error {
  override readonly name = 'UnindexableError'
}

/** Builds every index of every model. Throws UnindexableError when stored documents break a unique one. */
export async function createIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    try {
      await model.createIndexes()
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === 11000) throw await explained(model, error)
      throw error
    }
  }
}

async function explained(model: Model<unknown>, cause: Error): Promise<Error> {
  const sentences: string[] = []
  for (const [fields, options] of model.schema.indexes()) {
    const field = Object.keys(fields)[0]
    if (options.unique !== true || field === undefined) continue
    const shared = await model.collection
      .aggregate<{ _id: unknown }>([
        ...(options.partialFilterExpression ? [{ $match: options.partialFilterExpression }] : []),
        ...(field.includes('.') ? [{ $unwind: `$${field.split('.', 1)[0]}` }] : []),
        { $group: { _id: `$${field}`, count: { $sum: 1 } } },
        { $match: { count: { $gt: 1 } } },
        { $limit: named },
      ])
      .toArray()
    for (const { _id: value } of shared) {
      const documents = await model.collection
        .find({ [field]: value ?? null }, { projection: { _id: 1 }, limit: named })
        .toArray()
      const ids = documents.map(({ _id }) => String(_id)).join(', ')
      const problem = value === null || value === undefined ? 'lack it' : `share ${JSON.stringify(value)}`
      sentences.push(`  - ${field}: these documents ${problem}: ${ids}`)
    }
  }
  const what = `The collection ${model.collection.collectionName} holds documents that cannot be told apart`
  const advice = 'Give each a value of its own, or remove those that are not wanted, and start again'
  return new UnindexableError(`${what}:\n${sentences.join('\n')}\n${advice} (docs/account.md).`, { cause })
}
