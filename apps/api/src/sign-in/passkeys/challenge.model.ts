import { dateIn, type Stored, textIn } from '@latchkey/contracts/server'
import { type Connection, Schema } from 'mongoose'

/** What a challenge was made for. `upgrade`: a passkey that is made without asking, right after a sign-in by password. */
export const challengePurposes = ['register', 'upgrade', 'sign_in', 'second_step', 'confirm'] as const
export type ChallengePurpose = (typeof challengePurposes)[number]

/** A challenge that was not answered yet. Whoever reads the database learns neither it nor whose it is. */
export interface ChallengeRecord {
  /** base64url(SHA-256(challenge)). */
  _id: string
  purpose: ChallengePurpose
  /** base64url(SHA-256) of the session or the browser that asked for it. */
  boundTo: string
  expiresAt: Date
}

const challengeSchema = new Schema<ChallengeRecord>(
  {
    _id: { type: String, required: true },
    purpose: { type: String, enum: challengePurposes, required: true },
    boundTo: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

challengeSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const challengeModel = (connection: Connection) =>
  connection.model('PasskeyChallenge', challengeSchema, 'passkeyChallenges')
export type ChallengeModel = ReturnType<typeof challengeModel>

/** A challenge as it is stored. Null: it does not say what it was made for, for whom, or until when. */
export function readChallenge(stored: Stored<ChallengeRecord>): Omit<ChallengeRecord, '_id'> | null {
  const purpose = challengePurposes.find((each) => each === stored.purpose)
  const boundTo = textIn(stored.boundTo)
  const expiresAt = dateIn(stored.expiresAt)
  return purpose && boundTo !== null && expiresAt ? { purpose, boundTo, expiresAt } : null
}
