import * as z from 'zod/mini'

/**
 * What somebody may be. A role of your own is a line here: contracts can then require it, and administrators give it
 * and take it. Whoever has an account is a user; nothing requires that role.
 */
export const roles = [
  'user',
  'admin',
  // Yours.
] as const
export type Role = (typeof roles)[number]

/** A role that a contract can require. */
export type SpecialRole = Exclude<Role, 'user'>

export const specialRoles: readonly SpecialRole[] = roles.filter((role) => role !== 'user')

/** Those beside administrator, which has words and a button of its own. */
export const ownRoles: readonly Exclude<Role, 'user' | 'admin'>[] = roles.filter(
  (role) => role !== 'user' && role !== 'admin',
)

export const isRole = (role: unknown): role is Role => roles.some((each) => each === role)

/** Of a token or an answer. One that is of another version, before or after this one, is left out. */
export const RolesSchema = z.pipe(
  z.pipe(
    z.array(z.string()),
    z.transform((said: string[]): string[] => said.filter(isRole)),
  ),
  z.array(z.enum(roles)),
)
