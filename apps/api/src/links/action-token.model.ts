import { dateIn, idIn, longAgo, type Stored, textIn, wholeIn } from '@latchkey/contracts/server'
import { type Connection, Schema, type Types } from 'mongoose'

export const actionKinds = ['verify_email', 'reset_password', 'confirm_new_email', 'undo_email'] as const
export type ActionKind = (typeof actionKinds)[number]

/**
 * The token of a mailed link. The database keeps only its SHA-256; the token has 256 random bits, so the hash does
 * not reveal it. It is bound to the address it was sent to. A conditional update uses it up.
 */
export interface ActionTokenRecord {
  /** base64url(SHA-256(token)). */
  _id: string
  kind: ActionKind
  userId: Types.ObjectId
  /** Where the link was sent. For a new address: the address that the account will use. */
  email: string
  /** For a new address: how many times the password had changed when the owner proved it. */
  passwordChanges: number
  createdAt: Date
  expiresAt: Date
  usedAt: Date | null
  /** Kept a while after it expires, to answer "used" or "expired" instead of "unknown". */
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

/** What a token says that somebody shows. */
export type ActionToken = Pick<
  ActionTokenRecord,
  'kind' | 'userId' | 'email' | 'passwordChanges' | 'expiresAt' | 'usedAt'
>

/** A token as it is stored. Null: it does not say what it is for. One that does not say how long it lasts has expired. */
export function readActionToken(stored: Stored<ActionTokenRecord> | null): ActionToken | null {
  const kind = actionKinds.find((each) => each === stored?.kind)
  const userId = idIn<Types.ObjectId>(stored?.userId)
  const email = textIn(stored?.email)
  if (!stored || !kind || !userId || email === null) return null
  return {
    kind,
    userId,
    email,
    passwordChanges: wholeIn(stored.passwordChanges) ?? 0,
    expiresAt: dateIn(stored.expiresAt) ?? longAgo,
    usedAt: dateIn(stored.usedAt),
  }
}
