import { brand, slug } from '@latchkey/brand'
import { type Complaint, normalizePassword } from '@latchkey/contracts'
import { complain, refuse } from '@latchkey/contracts/server'
import type { IsBreached } from './breached-passwords.ts'
import { isCommonPassword } from './common-passwords.ts'
import { besideWords, wordsOf } from './password-context.ts'
import { lowerCase } from './password-folding.ts'
import { isSequence, isTrivial, repeatedUnit } from './password-patterns.ts'

/** Shorter text is not a password, and repeating it does not make it one. */
const shortestUnit = 8

interface Settings {
  /** Characters, as a person counts them. */
  minLength: number
  /** The address of the service, like `https://app.example.com`. */
  publicUrl: string | undefined
  isBreached: IsBreached
}

/** Whom the password is for. */
interface Owner {
  username: string
  email: string
}

export type PasswordPolicy = ReturnType<typeof createPasswordPolicy>

/**
 * Refuses new passwords that are too short or easy to guess. There are no rules about which characters to use (NIST
 * SP 800-63B-4 §3.1.1.2). docs/passwords.md has examples.
 */
export function createPasswordPolicy({ minLength, publicUrl, isBreached }: Settings) {
  const serviceWords = [
    slug,
    ...wordsOf(brand.name),
    ...(publicUrl ? wordsOf(`@${new URL(publicUrl).hostname}`) : []),
  ]

  return {
    minLength,

    /** Throws AuthError `validation_failed`, with a complaint at `path` that says why. */
    refuseGuessable(path: string, password: string, { username, email }: Owner): void {
      const complaint = judge(password, [...wordsOf(username), ...wordsOf(email)])
      if (complaint) refuse(path, complaint)
    },

    /** The same for a password that was in a breach. Where the operator wants it, another service is asked. */
    async refuseBreached(path: string, password: string): Promise<void> {
      if (await isBreached(password)) complain(path, 'new_password_breached')
    },
  }

  /** What is wrong with a password. Null: nothing. */
  function judge(password: string, ownWords: string[]): Complaint | null {
    if ([...normalizePassword(password)].length < minLength)
      return { code: 'new_password_short', limit: minLength }
    const whole = lowerCase(password)
    // `kestrel7kestrel7` is as good as `kestrel7`.
    const text = repeatedUnit(whole)
    if (text !== whole && [...text].length < shortestUnit) return { code: 'new_password_repetitive' }
    if (isSequence(text)) return { code: 'new_password_sequence' }
    if (isCommon(text)) return { code: 'new_password_common' }
    if (isLittleBeside(text, ownWords)) return { code: 'new_password_personal' }
    if (isLittleBeside(text, [...ownWords, ...serviceWords])) return { code: 'new_password_service' }
    return null
  }
}

/** A common password, or one with very little before or after it: `summer2024!`. */
function isCommon(text: string): boolean {
  if (isCommonPassword(text)) return true
  const edges = /^[^\p{L}\p{N}]*|[^\p{L}\p{N}]*$/gu
  const numbers = /^[^\p{L}]*|[^\p{L}]*$/gu
  return [edges, numbers].some((edge) => {
    const core = text.replace(edge, '')
    const beside = (text.match(edge) ?? []).join('')
    return core !== text && isTrivial(beside) && isCommonPassword(core)
  })
}

function isLittleBeside(text: string, words: string[]): boolean {
  const rest = besideWords(text, words)
  return rest !== null && (isTrivial(rest) || isCommonPassword(rest.replace(/[^\p{L}\p{N}]/gu, '')))
}
