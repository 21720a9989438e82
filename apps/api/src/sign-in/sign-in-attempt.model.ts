import { idIn, type Stored, textIn, wholeIn } from '@latchkey/contracts/server'
import { type Connection, Schema, type Types } from 'mongoose'
import type { AttemptState } from './attempt.ts'

/** A sign-in whose password was right. Whoever reads this can go on with none of them: the ticket has 256 random bits. */
export interface SignInAttemptRecord {
  /** base64url(SHA-256(ticket)). */
  _id: string
  userId: Types.ObjectId
  state: Exclude<AttemptState, 'begun'>
  /** Codes and passkeys that were shown, before they were looked at. */
  tries: number
  /** The browser that began it; null: one without a `device` cookie. */
  deviceIdHash: string | null
  /** Of the account, as they were: a change of any ends the attempt. */
  passwordChanges: number
  factorChanges: number
  passkeyChanges: number
  epoch: number
  /** Of the app that is being set up, sealed for its owner (factors/secret-box.ts). Null: none yet. */
  secret: string | null
  createdAt: Date
  expiresAt: Date
}

const signInAttemptSchema = new Schema<SignInAttemptRecord>(
  {
    _id: { type: String, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    state: { type: String, enum: ['factor', 'enrolment', 'open', 'over'], required: true },
    tries: { type: Number, required: true },
    deviceIdHash: { type: String, default: null },
    passwordChanges: { type: Number, required: true },
    factorChanges: { type: Number, required: true },
    passkeyChanges: { type: Number, required: true },
    epoch: { type: Number, required: true },
    secret: { type: String, default: null },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

signInAttemptSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const signInAttemptModel = (connection: Connection) =>
  connection.model('SignInAttempt', signInAttemptSchema, 'signInAttempts')
export type SignInAttemptModel = ReturnType<typeof signInAttemptModel>

export type SignInAttempt = Omit<SignInAttemptRecord, 'state' | 'tries' | 'createdAt' | 'expiresAt'>

/** An attempt as it is stored. Null: it does not say of which account as it was, so it cannot go on. */
export function readSignInAttempt(stored: Stored<SignInAttemptRecord> | null): SignInAttempt | null {
  const _id = textIn(stored?._id)
  const userId = idIn<Types.ObjectId>(stored?.userId)
  const passwordChanges = wholeIn(stored?.passwordChanges)
  const factorChanges = wholeIn(stored?.factorChanges)
  const passkeyChanges = wholeIn(stored?.passkeyChanges)
  const epoch = wholeIn(stored?.epoch)
  if (_id === null || !userId || passwordChanges === null || factorChanges === null) return null
  if (passkeyChanges === null || epoch === null) return null
  const counts = { passwordChanges, factorChanges, passkeyChanges, epoch }
  const deviceIdHash = textIn(stored?.deviceIdHash)
  return { _id, userId, deviceIdHash, ...counts, secret: textIn(stored?.secret) }
}
