import { StandardClaimsSchema } from '@latchkey/contracts'
import type { Model, Types } from 'mongoose'
import type * as z from 'zod/mini'
import type { Session } from './session.schema.ts'

/** The user that sessions belong to: an id, and what else an application reads with it. */
export interface SessionOwner {
  _id: Types.ObjectId
}

/**
 * A document that sessions live in: it has `refreshTokens: [sessionSchema]`, and `epoch`, a whole number that only rises
 * (missing: 0). Each access token carries it as it was when its user was read. Raising it revokes what was issued before, once
 * the new one is told to `Revocations.revokeBelow`.
 */
export type SessionHolders = Pick<
  Model<SessionOwner & { refreshTokens: Session[]; epoch?: number }>,
  'collection' | 'db' | 'findOne' | 'findOneAndUpdate' | 'updateOne'
>

export type StandardClaims = z.infer<typeof StandardClaimsSchema>

/**
 * What an application adds: the fields of a user to read with a session, the claims to put into access tokens, and
 * what answers show of the user.
 */
export interface OwnerDescription<Owner extends SessionOwner, Claims extends StandardClaims, View> {
  /** A projection. `_id` is always included. */
  fields: Readonly<Record<string, 1>>
  /** All claims, including the standard ones. A token that this schema refuses is never signed. */
  claimsSchema: z.ZodMiniType<Claims>
  claims(owner: Owner): Omit<Claims, keyof StandardClaims>
  view(owner: Owner): View
}

/** The user as an id and nothing else. */
export const idOnly: OwnerDescription<SessionOwner, StandardClaims, { id: string }> = {
  fields: { _id: 1 },
  claimsSchema: StandardClaimsSchema,
  claims: () => ({}),
  view: ({ _id }) => ({ id: _id.toHexString() }),
}
