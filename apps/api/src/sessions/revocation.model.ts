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
