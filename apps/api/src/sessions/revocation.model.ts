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

/**
 * A record from its bytes, its id in hex. The driver makes some 4 kB of objects for each of these 80 bytes, and every
 * process reads every record.
 */
export function readRevocation(raw: Buffer): Omit<RevocationRecord, '_id'> & { id: string } {
  const dates: Record<string, Date> = {}
  let id = ''
  let position = 4
  for (let type = raw[position]; type; type = raw[position]) {
    const nameEnd = raw.indexOf(0, position)
    const name = raw.toString('latin1', position + 1, nameEnd)
    position = nameEnd + 1
    if (type === bson.objectId) {
      id = raw.toString('hex', position, position + 12)
      position += 12
    } else if (type === bson.date) {
      dates[name] = new Date(Number(raw.readBigInt64LE(position)))
      position += 8
    } else if (type !== bson.null) throw new Error(`A revocation holds \`${name}\` of BSON type ${type}`)
  }
  const { before = null, at, expiresAt } = dates
  if (!id || !at || !expiresAt) throw new Error('A revocation lacks `_id`, `at` or `expiresAt`')
  return { id, before, at, expiresAt }
}
