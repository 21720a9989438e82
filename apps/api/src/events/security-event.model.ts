import {
  type ActivityKind,
  type AuthenticationMethod,
  activityKinds,
  authenticationMethods,
} from '@latchkey/contracts'
import { dateIn, idIn, type Stored, textIn } from '@latchkey/contracts/server'
import { methodsIn } from '@latchkey/sessions'
import { type Connection, Schema, type Types } from 'mongoose'

/** Something that happened to an account and that its owner wants to know. Holds no token and no secret. */
export interface SecurityEventRecord {
  _id: string
  userId: Types.ObjectId
  kind: ActivityKind
  at: Date
  sessionId: Types.ObjectId | null
  ip: string
  userAgent: string
  /** The session that was ended from another one. Missing where it is not about that. */
  ended?: { name: string | null; userAgent: string }
  /** By what somebody signed in. Missing or null where it is not about that. */
  amr?: AuthenticationMethod[] | null
  expiresAt: Date
}

const endedSchema = new Schema(
  { name: { type: String, default: null }, userAgent: { type: String, default: '' } },
  { _id: false, strict: 'throw' },
)

const securityEventSchema = new Schema<SecurityEventRecord>(
  {
    _id: { type: String, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    kind: { type: String, enum: activityKinds, required: true },
    at: { type: Date, required: true },
    sessionId: { type: Schema.Types.ObjectId, default: null },
    ip: { type: String, default: '' },
    userAgent: { type: String, default: '' },
    ended: { type: endedSchema, default: undefined },
    amr: { type: [{ type: String, enum: authenticationMethods }], default: undefined },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

// As they are listed (security-events.ts), so that none are sorted.
securityEventSchema.index({ userId: 1, at: -1, _id: -1 })
securityEventSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const securityEventModel = (connection: Connection) =>
  connection.model('SecurityEvent', securityEventSchema, 'securityEvents')
export type SecurityEventModel = ReturnType<typeof securityEventModel>

/** What an event tells. */
export type SecurityEvent = Pick<
  SecurityEventRecord,
  '_id' | 'kind' | 'at' | 'sessionId' | 'ip' | 'userAgent' | 'ended' | 'amr'
>

/** An event as it is stored. Null: it does not say what happened, or when. */
export function readSecurityEvent(stored: Stored<SecurityEventRecord>): SecurityEvent | null {
  const kind = activityKinds.find((each) => each === stored.kind)
  const at = dateIn(stored.at)
  if (!kind || !at) return null
  return {
    _id: String(stored._id),
    kind,
    at,
    sessionId: idIn<Types.ObjectId>(stored.sessionId),
    ip: textIn(stored.ip) ?? '',
    userAgent: textIn(stored.userAgent) ?? '',
    amr: methodsIn(stored.amr),
    ...endedIn(stored.ended),
  }
}

function endedIn(ended: unknown): Pick<SecurityEvent, 'ended'> {
  if (typeof ended !== 'object' || ended === null || !('userAgent' in ended)) return {}
  const name = 'name' in ended ? textIn(ended.name) : null
  return { ended: { name, userAgent: textIn(ended.userAgent) ?? '' } }
}
