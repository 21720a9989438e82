import * as z from 'zod/mini'
import { RolesSchema } from './roles.ts'

/** What the API says of every user. `createdAt` is ISO 8601 in UTC. */
export const userFields = {
  id: z.string(),
  username: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  roles: RolesSchema,
  createdAt: z.iso.datetime(),
}

/** What it says to administrators beside that. */
export const managedUserFields = {
  disabled: z.boolean(),
  sessionCount: z.int(),
  /** When they last signed in or went on with a session, to the hour. Null: never, or nobody kept it. */
  lastSeenAt: z.nullable(z.iso.datetime()),
}

/** Names that a field of one's own cannot have: an answer or a body of ours has them. */
export type TakenName = keyof typeof userFields | keyof typeof managedUserFields | 'language' | 'password'
