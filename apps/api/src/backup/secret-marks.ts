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
  const [refresh] = marks.refresh
  const [factor] = marks.factor
  const sentences: string[] = []
  if (refresh !== undefined && !own.refresh.includes(refresh))
    sentences.push(
      'JWT_REFRESH_SECRET is not the one of the backup, nor is one in JWT_REFRESH_SECRET_PREVIOUS: everybody has to sign in again.',
    )
  if (factor !== undefined && !own.factor.includes(factor))
    sentences.push(
      'The key of authenticator apps is not the one of the backup (FACTOR_SECRET, or JWT_REFRESH_SECRET where that is empty): no app works, and people need their recovery codes.',
    )
  return sentences
}

const markOf = (purpose: string, secret: string, salt: string) =>
  createHmac('sha256', secret).update(`latchkey backup ${purpose} ${salt}`).digest('base64url').slice(0, 22)
