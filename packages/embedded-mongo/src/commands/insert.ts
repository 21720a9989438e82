import { ObjectId } from 'bson'
import { ServerError } from '../errors.ts'
import { checkId } from '../storage/field-names.ts'
import { decodeDocument, encodeDocument } from '../values/bson.ts'
import { type Document, int, isDocument, type Value } from '../values/types.ts'
import { collectionName, requireArray } from './arguments.ts'
import { runBulk, writeReply } from './bulk.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/insert/ */
export const insert: Handler = async (request) => {
  const { engine, database, body } = request
  const name = collectionName(request)
  const documents = requireArray(request, 'documents').map(prepare)
  if (documents.length === 0 || documents.length > 100_000)
    throw new ServerError(
      'InvalidLength',
      `Write batch sizes must be between 1 and 100000. Got ${documents.length} operations.`,
    )
  return engine.write(() => {
    const collection = engine.catalog.ensure(database, name)
    const { done, errors } = runBulk(documents, body, ({ value, raw }) => {
      checkId(value.get('_id') as Value)
      collection.insert(value, raw)
    })
    return writeReply({ n: int(done) }, errors)
  })
}

/** Puts `_id` first and makes one if there is none. A document that begins with `_id` keeps its bytes. */
function prepare(source: Value): { value: Document; raw: Buffer } {
  if (!Buffer.isBuffer(source) && !isDocument(source))
    throw new ServerError(
      'TypeMismatch',
      "BSON field 'insert.documents.0' is the wrong type, expected type 'object'",
    )
  const value = Buffer.isBuffer(source) ? decodeDocument(source) : source
  const [first] = value.keys()
  if (first === '_id')
    return { value, raw: Buffer.isBuffer(source) ? Buffer.from(source) : encodeDocument(source) }
  const id = value.get('_id')
  const withId: Document = new Map([['_id', id === undefined ? new ObjectId() : id]])
  for (const [name, member] of value) if (name !== '_id') withId.set(name, member)
  return { value: withId, raw: encodeDocument(withId) }
}
