import { dateIn, idIn, type Stored, textIn, wholeIn } from '@latchkey/contracts/server'
import { type Connection, mongo, Schema, type Types } from 'mongoose'

/**
 * Access tokens that died before they expired. `_id` is a session's id or a user's. One small document, kept as long as a
 * token it concerns could live.
 */
export interface RevocationRecord {
  _id: Types.ObjectId
  /** The lowest that lives: tokens with a lower one are dead. null: every token is. It only rises, and null is for ever. */
  epoch: number | null
  /** When it was written, by the database's clock: what the feed follows. */
  at: Date
  /** When it is forgotten, by the database's clock. */
  expiresAt: Date
  /** Whose it is. Missing in what was written before that was kept. */
  userId?: Types.ObjectId
  /** Why what it names has ended. Missing or null: it goes on, with a new token. */
  reason?: string | null
  /**
   * Below which epoch sessions have ended, and why, whatever has raised `epoch` since and for no such reason. It only rises.
   * Missing or null: none of which `reason` does not say it.
   */
  endedBelow?: number | null
  endReason?: string | null
}

/** Whose what is revoked is, and why it has ended. Without a reason it goes on, with a new token. */
export interface Cause {
  userId: Types.ObjectId
  /** A word like `signed_out`, for whoever is told. */
  reason?: string
}

const revocationSchema = new Schema<RevocationRecord>(
  {
    epoch: { type: Number, default: null },
    at: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    userId: { type: Schema.Types.ObjectId },
    reason: { type: String },
    endedBelow: { type: Number },
    endReason: { type: String },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

revocationSchema.index({ at: 1 })
revocationSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const revocationModel = (connection: Connection) =>
  connection.model('Revocation', revocationSchema, 'revocations')
export type RevocationModel = ReturnType<typeof revocationModel>

/** Types of BSON that a record holds (https://bsonspec.org/spec.html). */
const bson = { double: 1, string: 2, objectId: 7, date: 9, null: 10, int32: 16, int64: 18 }

/**
 * A record as every process keeps reading it: the id in hex, `at` in milliseconds, 0 where it does not say; `endedBelow` -1
 * where it does not.
 */
export interface ReadRevocation {
  id: string
  epoch: number | null
  endedBelow: number
  at: number
}

/** Whose a record is, and which sessions of what it names have ended: those below an epoch, or all (null). */
export interface ReadCause {
  userId: Types.ObjectId
  ended: { below: number | null; reason: string } | null
}

/**
 * A record from its bytes. The driver makes some 4 kB of objects for each of these 80 bytes, and every process reads
 * every record. Null: it concerns nobody. What does not say below which epoch tokens are dead says that all are.
 */
export function readRevocation(raw: Buffer): ReadRevocation | null {
  const read: ReadRevocation = { id: '', epoch: null, endedBelow: -1, at: 0 }
  let position = 4
  for (let type = raw[position]; type; type = raw[position]) {
    const nameEnd = raw.indexOf(0, position)
    const name = raw.toString('latin1', position + 1, nameEnd)
    position = nameEnd + 1
    if (name === '_id' && type === bson.objectId) {
      read.id = raw.toString('hex', position, position + 12)
      position += 12
    } else if (name === 'userId' && type === bson.objectId) {
      position += 12
    } else if ((name === 'reason' || name === 'endReason') && type === bson.string) {
      position += 4 + raw.readInt32LE(position)
    } else if (type === bson.date) {
      if (name === 'at') read.at = int64(raw, position)
      // From before there were epochs: what was issued then is dead, and what carries an epoch was issued since.
      if (name === 'before') read.epoch = 0
      position += 8
    } else if ((name === 'epoch' || name === 'endedBelow') && type === bson.int32) {
      read[name] = raw.readInt32LE(position)
      position += 4
    } else if ((name === 'epoch' || name === 'endedBelow') && (type === bson.double || type === bson.int64)) {
      read[name] = type === bson.double ? raw.readDoubleLE(position) : int64(raw, position)
      position += 8
    } else if (type !== bson.null) return readForeign(documentIn(raw))
  }
  return read.id ? read : null
}

/** The rest of a record, which is read when it is new and somebody is told. Null: nobody kept whose it is. */
export function readCause(raw: Buffer): ReadCause | null {
  const stored: Stored<RevocationRecord> = documentIn(raw)
  const userId = idIn<Types.ObjectId>(stored.userId)
  return userId && { userId, ended: endIn(stored) }
}

/** A reason beside the epoch says it of all that is dead; without one, sessions may have ended below an epoch before that. */
function endIn({ epoch, reason, endedBelow, endReason }: Stored<RevocationRecord>): ReadCause['ended'] {
  const [why, whyBefore, below] = [textIn(reason), textIn(endReason), wholeIn(endedBelow)]
  if (why !== null) return { below: wholeIn(epoch), reason: why }
  return whyBefore !== null && below !== null ? { below, reason: whyBefore } : null
}

/** A record that holds something of another kind. */
function readForeign(stored: Stored<RevocationRecord & { before: Date }>): ReadRevocation | null {
  const id = idIn<Types.ObjectId>(stored._id)?.toHexString()
  const epoch = wholeIn(stored.epoch) ?? (dateIn(stored.before) && 0)
  const endedBelow = wholeIn(stored.endedBelow) ?? -1
  return id ? { id, epoch, endedBelow, at: dateIn(stored.at)?.getTime() ?? 0 } : null
}

/** MongoDB stores texts that are no UTF-8, too. One of those must not end the reading of all that are behind it. */
const documentIn = (raw: Buffer) => mongo.BSON.deserialize(raw, { validation: { utf8: false } })

const int64 = (raw: Buffer, position: number) =>
  raw.readInt32LE(position + 4) * 2 ** 32 + raw.readUInt32LE(position)
