import { ObjectId } from 'bson'
import type mongoose from 'mongoose'

type Collection = mongoose.mongo.Collection<mongoose.mongo.BSON.Document>

/** For tests on single documents. Statements are sent raw, because the driver has rules of its own. */
export function documentsOf(db: () => mongoose.mongo.Db) {
  return {
    /** A collection that holds these documents, numbered from 1. */
    async holding(...documents: object[]): Promise<Collection> {
      const collection = db().collection(`d${new ObjectId().toHexString()}`)
      if (documents.length > 0)
        await collection.insertMany(documents.map((document, i) => ({ _id: (i + 1) as never, ...document })))
      return collection
    },

    /** Runs one update statement. Answers with the code of its error, 0 for none. */
    async update(collection: Collection, u: object, { q = {}, upsert = false } = {}): Promise<number> {
      const { writeErrors } = await db().command({
        update: collection.collectionName,
        updates: [{ q, u, upsert }],
      })
      return writeErrors?.[0].code ?? 0
    },

    /** The one document without its _id. The driver reads a DBRef into an object of its own; JSON undoes that. */
    async only(collection: Collection): Promise<unknown> {
      const [found] = await collection.find({}, { projection: { _id: 0 } }).toArray()
      return JSON.parse(JSON.stringify(found))
    },
  }
}
