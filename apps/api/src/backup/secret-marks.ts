import { createHmac } from 'node:crypto'
import type { Config } from '../config.ts'
import type { SecretMarks } from './backup-file.ts'

/** The marks of the secrets that are configured. */
export const secretMarks = ({ refreshToken, factors }: Config, salt: string): SecretMarks => ({
  salt,
  refresh: [refreshToken.key, ...refreshToken.previousKeys].map((secret) => markOf('refresh', secret, salt)),
  factor: factors.secrets.map((secret) => markOf('factor', secret, salt)),
})

/** Sentences: what the secrets that are configured cannot do with a backup that has these marks. */
export function missingSecrets(config: Config, marks: SecretMarks): string[] {
  const own = secretMarks(config, marks.salt)
  const refresh = compare(marks.refresh, own.refresh)
  const factor = compare(marks.factor, own.factor)
  const sentences: string[] = []
  if (refresh.missing > 0)
    sentences.push(
      refresh.isPresentMissing
        ? 'JWT_REFRESH_SECRET is not the one of the backup, nor is one in JWT_REFRESH_SECRET_PREVIOUS: everybody has to sign in again.'
        : `${someOf(refresh, 'refresh secrets of the backup')} here, in JWT_REFRESH_SECRET and JWT_REFRESH_SECRET_PREVIOUS: whoever came last with a token of such a secret has to sign in again.`,
    )
  if (factor.missing > 0)
    sentences.push(
      factor.isPresentMissing
        ? 'The key of authenticator apps is not the one of the backup (FACTOR_SECRET, or JWT_REFRESH_SECRET where that is empty): no app works, and people need their recovery codes.'
        : `${someOf(factor, 'keys of authenticator apps of the backup')} here, in FACTOR_SECRET, JWT_REFRESH_SECRET and their …_PREVIOUS: an app that is encrypted with such a key does not work, and its owner needs a recovery code.`,
    )
  return sentences
}

/**
 * How many there are, each once, how many of them are not among `own`, and whether that was in force when the backup was
 * taken: the first, with which nearly everything is signed or encrypted.
 */
function compare(marks: readonly string[], own: readonly string[]) {
  const each = [...new Set(marks)]
  const missing = each.filter((mark) => !own.includes(mark))
  return { all: each.length, missing: missing.length, isPresentMissing: missing.includes(each[0] ?? '') }
}

const someOf = ({ all, missing }: ReturnType<typeof compare>, what: string) =>
  `${missing} of the ${all} ${what} ${missing === 1 ? 'is' : 'are'} missing`

const markOf = (purpose: string, secret: string, salt: string) =>
  createHmac('sha256', secret).update(`latchkey backup ${purpose} ${salt}`).digest('base64url').slice(0, 22)
