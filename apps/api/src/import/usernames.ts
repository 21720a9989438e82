import { randomBytes } from 'node:crypto'
import { UsernameSchema, usernameLength } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { refuseMisleading } from '../users/username-policy.ts'
import type { Refusal } from './refusals.ts'

/** What is wrong with a name that would be chosen today. Null: nothing. */
export function misleading(username: string): Refusal | null {
  try {
    refuseMisleading(username)
    return null
  } catch (error) {
    const [complaint] = error instanceof AuthError ? (error.evidence.errors ?? []) : []
    if (!complaint) throw error
    return complaint
  }
}

/**
 * Names for somebody who had none, from the part of their address before the @, the plainest first: `ada.lovelace`, and
 * with an end at random for when that is taken.
 */
export function usernamesFrom(emailKey: string): [string, ...string[]] {
  const local = emailKey.slice(0, emailKey.lastIndexOf('@'))
  const plain = local
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/\+.*$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, usernameLength.max)
  // Without dots nothing is taken for the address of a page.
  const dashed = plain.replace(/\./g, '-').slice(0, usernameLength.max - 10)
  const end = randomBytes(4).toString('hex')
  const good = [plain, dashed, `${dashed}-${end.slice(0, 4)}`, `${dashed}-${end}`].filter(
    (name) => UsernameSchema.safeParse(name).success && !misleading(name),
  )
  const [best = `user-${end}`, ...others] = [...good, `user-${end}`]
  return [best, ...others]
}
