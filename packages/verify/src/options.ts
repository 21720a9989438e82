import type { RevocationStore } from './revocations/revocation.ts'
import { signatureKeys } from './webhooks/signature.ts'

/** The only source of time. */
export interface Clock {
  now(): Date
}

type Write = (facts: object, message: string) => void

/** A pino logger, or anything with these methods. */
export interface Log {
  debug: Write
  warn: Write
}

type OneOrMore = string | readonly string[]

interface CommonOptions {
  /** Who signs: the `PUBLIC_URL` of Latchkey, or `latchkey` where that is not set. */
  issuer: string
  /** For whom. Default: the issuer with `/api`, as Latchkey's API writes it. */
  audience?: string | undefined
  /** By how many seconds clocks may differ. Default: 5. */
  clockToleranceSeconds?: number | undefined
  /** `WEBHOOK_SECRET` of this endpoint; several while it changes. Without one no webhook is taken. */
  webhookSecret?: OneOrMore | undefined
  /** Where revocations are kept. Default: in this process, 200,000 of them at most. */
  revocations?: RevocationStore | undefined
  /** Hears of each refusal. Default: what needs somebody's attention goes to `console.warn`, at most once a minute each. */
  log?: Log | undefined
  clock?: Clock | undefined
}

/** Where keys come from: one of the two. */
type KeyOptions =
  | {
      /** Where Latchkey publishes its keys (`JWT_ACCESS_SECRET` is `es256:…`): `…/.well-known/jwks.json`. */
      jwksUrl: string | URL
      secret?: undefined
    }
  | {
      /** `JWT_ACCESS_SECRET` itself; several while it changes. Whoever has it can sign tokens, too. */
      secret: OneOrMore
      jwksUrl?: undefined
    }

export type VerifierOptions = CommonOptions & KeyOptions

/** Options that were looked at. */
export type Settings = ReturnType<typeof settingsOf>

const longestToleranceSeconds = 300

/** Throws TypeError with a sentence for the first option that is missing or wrong. Never repeats a secret. */
export function settingsOf(options: VerifierOptions) {
  const { issuer, jwksUrl, secret, webhookSecret, clockToleranceSeconds = 5 } = options
  if (!isFilled(issuer))
    throw new TypeError(
      'createVerifier needs `issuer`: the PUBLIC_URL of Latchkey, or "latchkey" where that is not set.',
    )
  const { audience = `${issuer}/api` } = options
  if (!isFilled(audience)) throw new TypeError('`audience` has to be a string that is not empty.')
  if ((jwksUrl === undefined) === (secret === undefined))
    throw new TypeError('createVerifier needs either `jwksUrl` or `secret`, and not both.')
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= longestToleranceSeconds))
    throw new TypeError(`\`clockToleranceSeconds\` has to be from 0 to ${longestToleranceSeconds}.`)
  return {
    issuer,
    audience,
    clockToleranceSeconds,
    keys: secret === undefined ? { jwksUrl: addressIn(jwksUrl) } : { secrets: secretsIn(secret) },
    webhookKeys: webhookSecret === undefined ? null : signatureKeys(listOf(webhookSecret)),
  }
}

const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== ''
const listOf = (value: OneOrMore): readonly string[] => (typeof value === 'string' ? [value] : value)

function addressIn(jwksUrl: string | URL | undefined): URL {
  const given = String(jwksUrl)
  if (/^https?:/i.test(given) && URL.canParse(given)) return new URL(given)
  throw new TypeError('`jwksUrl` has to be an address with https://, or http:// where nobody listens in.')
}

function secretsIn(secret: OneOrMore): readonly string[] {
  const secrets = listOf(secret)
  if (secrets.length === 0 || !secrets.every(isFilled))
    throw new TypeError('`secret` has to be a string that is not empty, or several.')
  if (secrets.some((each) => each.startsWith('es256:')))
    throw new TypeError(
      '`secret` is a private key, which Latchkey alone should have: give `jwksUrl` instead.',
    )
  return secrets
}
