import * as z from 'zod/mini'
import { complaint } from './complaint.ts'
import { ownFields } from './own-fields.ts'
import { roles } from './roles.ts'
import { managedUserFields, userFields } from './user-fields.ts'

export const UserSchema = z.object({ ...userFields, ...ownFields })
/** What the API shows of a user, fields of one's own included. */
export type User = z.infer<typeof UserSchema>

/** What an administrator sees of a user. */
export const ManagedUserSchema = z.extend(UserSchema, managedUserFields)
export type ManagedUser = z.infer<typeof ManagedUserSchema>

export const userFilters = ['all', 'administrators', 'disabled', 'unconfirmed'] as const
export type UserFilter = (typeof userFilters)[number]

/** A minus: from the last to the first. */
export const userSorts = ['joined', '-joined', 'username', '-username', 'lastSeen', '-lastSeen'] as const
export type UserSort = (typeof userSorts)[number]

const cursor = z.optional(z.string().check(z.maxLength(600)))

export const FindUsersQuerySchema = z.object({
  /** A part of a username or an email address. */
  query: z._default(
    z
      .string()
      .check(
        z.trim(),
        z.maxLength(254, complaint('search_too_long')),
        z.regex(/^\P{Cc}*$/u, complaint('search_characters')),
      ),
    '',
  ),
  filter: z._default(z.enum(userFilters), 'all'),
  sort: z._default(z.enum(userSorts), '-joined'),
  /** `next` or `previous` of another answer to the same question. */
  after: cursor,
  before: cursor,
})
export type FindUsersQuery = z.infer<typeof FindUsersQuerySchema>

/** Some of the users that were asked for. Whoever has just that name or address comes first. */
export const UserListSchema = z.object({
  users: z.array(ManagedUserSchema),
  /** How many there are on all pages. `isMore`: so many were found among the first that were looked at. */
  total: z.object({ count: z.int(), isMore: z.boolean() }),
  /** For `after` and `before`. Null: that is all. */
  next: z.nullable(z.string()),
  previous: z.nullable(z.string()),
})
export type UserList = z.infer<typeof UserListSchema>

const RolesGivenSchema = z.array(z.enum(roles)).check(z.maxLength(roles.length))

/** Roles that are given and taken; one that is in both is given. Whoever has an account stays a user. */
const RoleChangeSchema = z.strictObject({ add: RolesGivenSchema, remove: RolesGivenSchema })
export type RoleChange = z.infer<typeof RoleChangeSchema>

/** What changes, whatever else the account has by then; or all that it has from now on. */
export const SetRolesBodySchema = z.union([
  RoleChangeSchema,
  z.strictObject({ roles: RolesGivenSchema.check(z.minLength(1, complaint('roles_missing'))) }),
])

export const ExplanationSchema = z.object({
  /** The earliest first. `ended`: the sessions that ended by it. */
  steps: z.array(z.object({ at: z.iso.datetime(), sentence: z.string(), ended: z.array(z.string()) })),
  /** Why the last session ended, or that none did. */
  conclusion: z.string(),
})
/** What happened to the sessions of an account, in English sentences. `at` is ISO 8601 in UTC. */
export type Explanation = z.infer<typeof ExplanationSchema>
