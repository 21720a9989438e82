import { weaknessOf } from '../config.ts'
import { type Finding, findings, problem, warning } from './finding.ts'

const makeOne = 'Make another with: npx pnpm@12 latchkey keys make'

/** Secrets that are weak, or do two jobs, so that one leak opens both. Never repeats one. */
export function checkSecrets(
  environment: Record<string, string | undefined>,
  production: boolean,
): Finding[] {
  const given = secretsIn(environment)
  // A developer's machine may have such secrets; nobody else's.
  const complain = production ? problem : warning
  const weak = given.flatMap(({ name, secret, isPassword }) => {
    const weakness = isPassword ? null : weaknessOf(secret)
    return weakness ? [complain(`${name} ${weakness}.`, `${makeOne} (docs/keys.md).`)] : []
  })
  const shared = given.flatMap(({ name, secret }, i) =>
    given
      .slice(0, i)
      .filter((other) => other.secret === secret && !mayShare(name, other.name))
      .map((other) =>
        complain(
          `${name} is the same as ${other.name}: whoever learns one has both.`,
          `Give each its own. ${makeOne}.`,
        ),
      ),
  )
  return findings('secrets', [...weak, ...shared], 'The secrets are long, and each is used once.')
}

/**
 * A secret of factors that was derived from the refresh secret stays where it can be read (docs/keys.md). The database's
 * password may be said twice.
 */
const mayShare = (name: string, other: string): boolean =>
  ([name, other].includes('FACTOR_SECRET_PREVIOUS') &&
    [name, other].some((each) => /REFRESH|FACTOR/.test(each))) ||
  [name, other].every((each) => each.includes('MONGO_'))

function secretsIn(environment: Record<string, string | undefined>) {
  const listed = (name: string) =>
    (environment[name] ?? '')
      .split(',')
      .map((secret) => ({ name, secret: secret.trim(), isPassword: false }))
      .filter(({ secret }) => secret !== '')
  const passwords = ['MONGO_URI', 'SMTP_URL'].flatMap((name) => {
    const secret = passwordIn(environment[name] ?? '')
    return secret ? [{ name: `the password in ${name}`, secret, isPassword: true }] : []
  })
  const mongoPassword = environment.MONGO_PASSWORD?.trim()
  if (mongoPassword) passwords.push({ name: 'MONGO_PASSWORD', secret: mongoPassword, isPassword: true })
  return [
    ...['JWT_ACCESS_SECRET', 'JWT_REFRESH_SECRET', 'FACTOR_SECRET', 'WEBHOOK_SECRET'].flatMap(listed),
    ...[
      'JWT_ACCESS_SECRET_PREVIOUS',
      'JWT_REFRESH_SECRET_PREVIOUS',
      'FACTOR_SECRET_PREVIOUS',
      'WEBHOOK_SECRET_PREVIOUS',
    ].flatMap(listed),
    ...passwords,
  ]
}

/** Of an address with several hosts, too, which is no URL. */
const passwordIn = (address: string): string => {
  const [, password = ''] = /^[a-z+]+:\/\/[^:/@]*:([^/@]*)@/.exec(address) ?? []
  try {
    return decodeURIComponent(password)
  } catch {
    return password
  }
}
