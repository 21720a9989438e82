import {
  type ActivityKind,
  type AuthenticationMethod,
  activityKinds,
  authenticationMethods,
} from '@latchkey/contracts'
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
  /** By what somebody signed in. Missing or null where it is not about that. */
  amr?: AuthenticationMethod[] | null
  expiresAt: Date
}

const securityEventSchema = new Schema<SecurityEventRecord>(
  {
    _id: { type: String, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    kind: { type: String, enum: activityKinds, required: true },
    at: { type: Date, required: true },
    sessionId: { type: Schema.Types.ObjectId, default: null },
    ip: { type: String, default: '' },
    userAgent: { type: String, default: '' },
    amr: { type: [{ type: String, enum: authenticationMethods }], default: undefined },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, autoIndex: false, autoCreate: false, strict: 'throw', strictQuery: 'throw' },
)

securityEventSchema.index({ userId: 1, at: -1 })
securityEventSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 })

export const securityEventModel = (connection: Connection) =>
  connection.model('SecurityEvent', securityEventSchema, 'securityEvents')
export type SecurityEventModel = ReturnType<typeof securityEventModel>
