import * as z from 'zod/mini'

export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]

export const UserSchema = z.object({
  id: z.string(),
  username: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  roles: z.array(z.enum(roles)),
  createdAt: z.iso.datetime(),
})
/** What the API shows of a user. `createdAt` is ISO 8601 in UTC. */
export type User = z.infer<typeof UserSchema>

/** What an administrator sees of a user. */
export const ManagedUserSchema = z.extend(UserSchema, {
  disabled: z.boolean(),
  sessionCount: z.int(),
})
export type ManagedUser = z.infer<typeof ManagedUserSchema>

/** The beginning of a username or an email address. */
export const FindUsersQuerySchema = z.object({
  query: z._default(
    z
      .string()
      .check(
        z.trim(),
        z.maxLength(254, 'This is longer than any name or address.'),
        z.regex(/^\P{Cc}*$/u, 'No name or address holds such a character.'),
      ),
    '',
  ),
})
export const SetRolesBodySchema = z.strictObject({
  roles: z
    .array(z.enum(roles))
    .check(z.minLength(1, 'A user has at least one role.'), z.maxLength(roles.length)),
})
