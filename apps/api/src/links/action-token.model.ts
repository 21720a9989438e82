import { type Connection, Schema, type Types } from 'mongoose'

export const actionKinds = ['verify_email', 'reset_password', 'confirm_new_email', 'undo_email'] as const
export type ActionKind = (typeof actionKinds)[number]

/**
 * A token in a link that was sent by mail. The database keeps its SHA-256 alone; the token is 256 random bits, so that
 * nobody finds it from there. It is bound to the address it was sent to, and used up by a conditional update.
 */
export interface ActionTokenRecord {
  /** base64url(SHA-256(token)). */
  _id: string
  kind: ActionKind
  userId: Types.ObjectId
  /** Where the link went. For a new address: what the account is to use. */
  email: string
  /** For a new address: how often the password had changed when it was shown. */
  passwordChanges: number
  createdAt: Date
  expiresAt: Date
  usedAt: Date | null
  /** Kept a while longer, to say "used" or "expired" rather than "unknown". */
  forgottenAt: Date
}

const actionTokenSchema = new Schema<ActionTokenRecord>(
  {
    _id: { type: String, required: true },
    kind: { type: String, enum: actionKinds, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    email: { type: String, required: true },
    passwordChanges: { type: Number, default: 0 },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    usedAt: { type: Date, default: null },
    forgottenAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

actionTokenSchema.index({ userId: 1, kind: 1 })
actionTokenSchema.index({ forgottenAt: 1 }, { expireAfterSeconds: 0 })

export const actionTokenModel = (connection: Connection) =>
  connection.model('ActionToken', actionTokenSchema, 'actionTokens')
export type ActionTokenModel = ReturnType<typeof actionTokenModel>
