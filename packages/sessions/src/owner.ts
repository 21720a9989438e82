import type { Model, Types } from 'mongoose'
import * as z from 'zod/mini'
import type { Session } from './session.schema.ts'

/** The user that sessions belong to: an id, and what else an application reads with it. */
export interface SessionOwner {
  _id: Types.ObjectId
}

/** The model of the documents that hold sessions: they have `refreshTokens: [sessionSchema]`. */
export type SessionHolders = Pick<
  Model<SessionOwner & { refreshTokens: Session[] }>,
  'collection' | 'db' | 'findOne' | 'findOneAndUpdate' | 'updateOne'
>

/** The claims in every access token (RFC 9068 §2.2). `iat` and `exp` are seconds since 1970. */
export const StandardClaimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  sid: z.string(),
  jti: z.string(),
  iat: z.int(),
  exp: z.int(),
})
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
