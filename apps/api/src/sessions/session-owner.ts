import type { Role } from '@latchkey/contracts'
import type { Types } from 'mongoose'
import type { Session } from './session.schema.ts'

/** Who a session belongs to: enough to say who is signed in, without another read. */
export interface SessionOwner {
  _id: Types.ObjectId
  username: string
  email: string
  emailVerifiedAt: Date | null
  roles: Role[]
  createdAt: Date
}

/** The projection of a SessionOwner. */
export const ownerFields = { username: 1, email: 1, emailVerifiedAt: 1, roles: 1, createdAt: 1 } as const

/** What sessions need to find in a document to live in it. */
export interface SessionHolder extends SessionOwner {
  passwordHash: string
  /** Set while its owner is kept out; null or absent otherwise. */
  disabledAt?: Date | null
  refreshTokens: Session[]
}
