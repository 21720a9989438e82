import { createHash, randomBytes } from 'node:crypto'
import type { RecoveryCode } from '../users/user.model.ts'

const count = 10
/** Crockford's: no letter that looks like another or like a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
/** Of 5 bits each: 120 in all, more than the 112 from which a fast hash will do (OWASP ASVS 5 §6.5.2). */
const characters = 24

/** New codes as their owner reads them, and what is stored. */
export function newRecoveryCodes(): { codes: string[]; stored: RecoveryCode[] } {
  const codes = Array.from({ length: count }, newCode)
  return { codes, stored: codes.map((code) => ({ hash: hashRecoveryCode(code), usedAt: null })) }
}

function newCode(): string {
  const letters = [...randomBytes(characters)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('')
  return letters.replace(/.{4}(?=.)/g, '$&-')
}

/**
 * SHA-256, without salt and without delay: nobody can try 2^120 codes, however fast. A slow hash would only make a place
 * where strangers keep the server busy.
 */
export const hashRecoveryCode = (code: string): string =>
  createHash('sha256').update(asWritten(code)).digest('base64url')

/** However it was typed. */
const asWritten = (code: string) =>
  code
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1')

export const codesLeft = (stored: readonly RecoveryCode[] | null | undefined): number =>
  stored?.filter(({ usedAt }) => !usedAt).length ?? 0
