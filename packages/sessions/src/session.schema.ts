import { type AuthenticationMethod, authenticationMethods } from '@latchkey/contracts'
import {
  dateIn,
  earlier,
  entriesIn,
  idIn,
  longAgo,
  type Stored,
  textIn,
  wholeIn,
} from '@latchkey/contracts/server'
import { Schema, type Types } from 'mongoose'

/** The keys of this many past generations are remembered. Older tokens need the key of the current generation. */
export const consumedLimit = 8

/** A generation that was used up: the lock that its refresh opened (null: unbound), and when. */
export interface ConsumedGeneration {
  generation: number
  lock: string | null
  at: Date
}

/** Where a request comes from, according to itself. */
export interface Device {
  userAgent: string
  ip: string
}

/**
 * One signed-in device. An element of `user.refreshTokens`.
 *
 * Invariants: `generation` only rises, by one, in a conditional update. `consumed` holds at most `consumedLimit`
 * entries, all below `generation`. `expiresAt` is never later than `absoluteExpiresAt`. `lock` is either always null
 * or never.
 */
export interface Session {
  _id: Types.ObjectId
  generation: number
  /** base64url(SHA-256(key)) that the next refresh must open. Null: an unbound client. */
  lock: string | null
  consumed: ConsumedGeneration[]
  createdAt: Date
  rotatedAt: Date
  expiresAt: Date
  absoluteExpiresAt: Date
  /** Where the session was opened. */
  userAgent: string
  ip: string
  /** Where it was last rotated. Missing before the first rotation. */
  lastUserAgent?: string
  lastIp?: string
  /**
   * The browser in which it was opened: the hash of its `device` cookie. Missing or null: a client without cookies.
   */
  deviceIdHash?: string | null
  /** When its browser seems to have lost its key. Missing or null once the key is shown again. */
  keyLostAt?: Date | null
  /** The name its owner gave it. */
  name: string | null
  /** How it was opened. Missing or null in sessions from before this was kept: by password. */
  amr?: AuthenticationMethod[] | null
  /** When its owner last proved who they are. Missing or null: when it was opened. */
  authenticatedAt?: Date | null
  /** What they have shown since it was opened. Missing or null: nothing. */
  confirmedBy?: AuthenticationMethod[] | null
  /** When something else than a password was last shown. Missing or null: never. */
  strongAt?: Date | null
}

const consumedSchema = new Schema<ConsumedGeneration>(
  {
    generation: { type: Number, required: true },
    lock: { type: String, default: null },
    at: { type: Date, required: true },
  },
  { _id: false },
)

const methods = { type: [{ type: String, enum: authenticationMethods }], default: undefined }

export const sessionSchema = new Schema<Session>({
  generation: { type: Number, required: true },
  lock: { type: String, default: null },
  consumed: [consumedSchema],
  createdAt: { type: Date, required: true },
  rotatedAt: { type: Date, required: true },
  expiresAt: { type: Date, required: true },
  absoluteExpiresAt: { type: Date, required: true },
  userAgent: { type: String, default: '' },
  ip: { type: String, default: '' },
  lastUserAgent: { type: String },
  lastIp: { type: String },
  deviceIdHash: { type: String, default: null },
  keyLostAt: { type: Date, default: null },
  name: { type: String, default: null },
  amr: methods,
  authenticatedAt: { type: Date },
  confirmedBy: methods,
  strongAt: { type: Date },
})

/**
 * A session as it is stored. Null: it has no id. One that does not say how long it lasts, or for how long at most, is over;
 * of one without a generation nobody has a token.
 */
export function readSession(stored: Stored<Session>): Required<Session> | null {
  const _id = idIn<Types.ObjectId>(stored._id)
  if (!_id) return null
  const createdAt = dateIn(stored.createdAt) ?? _id.getTimestamp()
  const absoluteExpiresAt = dateIn(stored.absoluteExpiresAt) ?? longAgo
  const userAgent = textIn(stored.userAgent) ?? ''
  const ip = textIn(stored.ip) ?? ''
  return {
    _id,
    generation: wholeIn(stored.generation) ?? -1,
    lock: textIn(stored.lock),
    consumed: entriesIn<ConsumedGeneration>(stored.consumed).map(readConsumed),
    createdAt,
    rotatedAt: dateIn(stored.rotatedAt) ?? createdAt,
    expiresAt: earlier(dateIn(stored.expiresAt) ?? longAgo, absoluteExpiresAt),
    absoluteExpiresAt,
    userAgent,
    ip,
    lastUserAgent: textIn(stored.lastUserAgent) ?? userAgent,
    lastIp: textIn(stored.lastIp) ?? ip,
    deviceIdHash: textIn(stored.deviceIdHash),
    keyLostAt: dateIn(stored.keyLostAt),
    name: textIn(stored.name),
    amr: methodsIn(stored.amr) ?? ['pwd'],
    authenticatedAt: dateIn(stored.authenticatedAt) ?? createdAt,
    confirmedBy: methodsIn(stored.confirmedBy) ?? [],
    strongAt: dateIn(stored.strongAt),
  }
}

/** The condition that a session of a user goes on: for an update that somebody who is signed in asked for. */
export const liveSession = (_id: Types.ObjectId, now: Date) => ({
  refreshTokens: { $elemMatch: { _id, expiresAt: { $gt: now }, absoluteExpiresAt: { $gt: now } } },
})

/** The sessions in a user's `refreshTokens`. */
export const sessionsIn = (refreshTokens: unknown): Required<Session>[] =>
  entriesIn<Session>(refreshTokens).flatMap((each) => readSession(each) ?? [])

/** Null: nothing is said of it. */
export const methodsIn = (value: unknown): AuthenticationMethod[] | null =>
  Array.isArray(value) ? authenticationMethods.filter((method) => value.includes(method)) : null

const readConsumed = ({ generation, lock, at }: Stored<ConsumedGeneration>): ConsumedGeneration => ({
  generation: wholeIn(generation) ?? -1,
  lock: textIn(lock),
  at: dateIn(at) ?? longAgo,
})
