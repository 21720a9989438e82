import { type Connection, Schema, type Types } from 'mongoose'

/**
 * Access tokens that died before they expired. `_id` is a session's id (all its tokens) or a user's (those issued
 * before `before`). One small document, kept as long as a token it concerns could live.
 */
export interface RevocationRecord {
  _id: Types.ObjectId
  /** null: every token of the session. A user's is a whole second: tokens with an earlier `iat` are dead. */
  before: Date | null
  /** When it was written, by the database's clock: what the feed follows. */
  at: Date
  expiresAt: Date
}

const revocationSchema = new Schema<RevocationRecord>(
  {
    before: { type: Date, default: null },
    at: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

revocationSchema.index({ at: 1 })
revocationSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const revocationModel = (connection: Connection) =>
  connection.model('Revocation', revocationSchema, 'revocations')
export type RevocationModel = ReturnType<typeof revocationModel>

/** Types of BSON that a record holds (https://bsonspec.org/spec.html). */
const bson = { objectId: 7, date: 9, null: 10 }

/** A record as every process keeps reading it: the id in hex, times in milliseconds. */
export interface ReadRevocation {
  id: string
  before: number | null
  at: number
  expiresAt: number
}

/**
 * A record from its bytes. The driver makes some 4 kB of objects for each of these 80 bytes, and every process reads
 * every record.
 */
export function readRevocation(raw: Buffer): ReadRevocation {
  const read = { id: '', before: null, at: 0, expiresAt: 0 } as ReadRevocation
  let position = 4
  for (let type = raw[position]; type; type = raw[position]) {
    const nameEnd = raw.indexOf(0, position)
    const name = raw.toString('latin1', position + 1, nameEnd)
    position = nameEnd + 1
    if (type === bson.objectId) {
      read.id = raw.toString('hex', position, position + 12)
      position += 12
    } else if (type === bson.date) {
      const milliseconds = raw.readInt32LE(position + 4) * 2 ** 32 + raw.readUInt32LE(position)
      if (name === 'before' || name === 'at' || name === 'expiresAt') read[name] = milliseconds
      position += 8
    } else if (type !== bson.null) throw new Error(`A revocation holds \`${name}\` of BSON type ${type}`)
  }
  if (!read.id || !read.at || !read.expiresAt)
    throw new Error('A revocation lacks `_id`, `at` or `expiresAt`')
  return read
}
