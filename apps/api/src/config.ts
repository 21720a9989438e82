import { brand } from '@latchkey/brand'
import { cookieNames, isRole, passwordLength, type Role, roles, secondsIn } from '@latchkey/contracts'
import { longestAccessTokenSeconds, type SessionSettings, signingKey } from '@latchkey/sessions'
import { mongo } from 'mongoose'
import * as z from 'zod'
import { fileProblems } from './environment.ts'
import { defaultLimits, type Limits, limitNames, limitVariable } from './limits/limits.ts'
import type { Endpoint } from './webhooks/deliver.ts'
import { hostname, readEndpoints } from './webhooks/endpoints.ts'
import { flawOfSecret } from './webhooks/signature.ts'

const maxDurationSeconds = 10 * 365 * 86_400
const minSecretBytes = 32
const maxLimitSeconds = 86_400

/** Lists every problem with the environment at once: one sentence each, naming the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: string[]

  constructor(problems: string[]) {
    super(['The configuration is not complete:', ...problems.map((problem) => `  - ${problem}`)].join('\n'))
    this.problems = problems
  }
}

const DurationSchema = z
  .string()
  .regex(/^\d+[smhd]$/, 'must be a whole number with a unit, like 30s, 15m, 12h or 7d')
  .transform(secondsIn)
  .refine((seconds) => seconds <= maxDurationSeconds, 'must not be longer than ten years')

const PositiveDurationSchema = DurationSchema.refine((seconds) => seconds > 0, 'must be longer than nothing')

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`)

/**
 * An origin as browsers write it: lower case, no default port, no slash at the end. Other text is returned unchanged.
 */
const canonicalOrigin = (text: string) =>
  isWebUrl(text) && new URL(text).pathname === '/' && !/[?#]/.test(text) ? new URL(text).origin : text

const isWebUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const isOrigin = (text: string) => isWebUrl(text) && new URL(text).origin === text

/**
 * Origins of pages that are packed into an app: `capacitor://localhost`, `tauri://localhost`, `chrome-extension://…`.
 */
const isAppOrigin = (text: string) =>
  /^(?!(?:https?|wss?|ftp|file|data|blob|javascript|about|view-source):)[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9._-]+(?::\d+)?$/.test(
    text,
  )

/** What an Android app's passkeys say of where they were used. */
const isAndroidOrigin = (text: string) => /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/.test(text)

const LimitSchema = z
  .string()
  .regex(/^[1-9]\d{0,8}\/[1-9]\d*[smhd]$/, 'must be a number of times and a duration, like 100/15m')
  .transform((text) => {
    const [points, duration = ''] = text.split('/')
    return { points: Number(points), windowSeconds: secondsIn(duration) }
  })
  .refine(({ windowSeconds }) => windowSeconds <= maxLimitSeconds, 'must not be about more than a day')

const ListSchema = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)

const SigningSecretsSchema = ListSchema.superRefine((secrets, context) => {
  for (const message of secrets.flatMap((secret) => flawOfSecret(secret) ?? []))
    context.addIssue({ code: 'custom', message })
}).default([])

const OriginsSchema = ListSchema.transform((origins) => origins.map(canonicalOrigin)).refine(
  (origins) => origins.every((origin) => isOrigin(origin) || isAppOrigin(origin)),
  'must be origins like https://app.example.com or capacitor://localhost, separated by commas',
)

const EnvironmentSchema = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'must be production, development or test')
    .default('development'),
  PORT: integer(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: integer(0, 65_535).optional(),
  METRICS_HOST: z.string().default('127.0.0.1'),
  MONGO_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/.+/, 'must start with mongodb:// or mongodb+srv://')
    .optional(),
  MONGO_PASSWORD: z.string().optional(),
  EMBEDDED_DATABASE: z.enum(['allow'], 'must be allow, or empty').optional(),
  DATA_DIR: z.string().default('.data'),
  CLIENT_URL: OriginsSchema.optional(),
  PUBLIC_URL: z
    .string()
    .transform(canonicalOrigin)
    .refine(isOrigin, 'must be an origin like https://app.example.com, without a path')
    .optional(),
  JWT_ACCESS_SECRET: z.string().optional(),
  JWT_REFRESH_SECRET: z.string().optional(),
  JWT_ACCESS_SECRET_PREVIOUS: ListSchema.default([]),
  JWT_REFRESH_SECRET_PREVIOUS: ListSchema.default([]),
  FACTOR_SECRET: z.string().optional(),
  FACTOR_SECRET_PREVIOUS: ListSchema.default([]),
  REQUIRE_FACTOR_FOR: ListSchema.refine(
    (names): names is Role[] => names.every(isRole),
    `must be roles separated by commas, of: ${roles.join(', ')}`,
  ).default([]),
  ACCESS_TOKEN_EXPIRY: PositiveDurationSchema.refine(
    (seconds) => seconds <= longestAccessTokenSeconds,
    'must not be longer than one hour, for which ended sessions are remembered; people stay signed in by REFRESH_TOKEN_EXPIRY',
  ).default(900),
  REFRESH_TOKEN_EXPIRY: PositiveDurationSchema.default(7 * 86_400),
  SESSION_MAX_AGE: PositiveDurationSchema.default(90 * 86_400),
  SESSION_LIMIT: integer(1, 1000).default(50),
  REFRESH_LEEWAY: DurationSchema.default(10),
  BCRYPT_COST: integer(4, 16).default(12),
  PASSWORD_MIN_LENGTH: integer(passwordLength.min, 64).default(passwordLength.min),
  BREACHED_PASSWORDS_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://…' })
    .optional(),
  FIREBASE_SIGNER_KEY: z
    .base64('must be base64, as Firebase shows it (base64_signer_key)')
    .refine((key) => Buffer.from(key, 'base64').length >= minSecretBytes, 'is shorter than 32 bytes')
    .optional(),
  TRUST_PROXY: integer(0, 10).default(0),
  COOKIE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, dashes or underscores')
    .optional(),
  COOKIE_SAMESITE: z.enum(['strict', 'lax', 'none'], 'must be strict, lax or none').default('strict'),
  PASSKEY_RP_ID: z
    .string()
    .regex(
      /^(?=.{1,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/,
      'must be a domain like example.com, in lower case',
    )
    .optional(),
  PASSKEY_ORIGINS: ListSchema.transform((origins) => origins.map(canonicalOrigin))
    .refine(
      (origins) => origins.every((origin) => isOrigin(origin) || isAndroidOrigin(origin)),
      'must be origins like https://app.example.com or android:apk-key-hash:…, separated by commas',
    )
    .default([]),
  PASSKEY_UPGRADE: z.enum(['on', 'off'], 'must be on or off').default('on'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/.+/, { error: 'must start with smtp:// or smtps://', abort: true })
    .refine(URL.canParse, { error: 'cannot be read as an address', abort: true })
    .refine((url) => ['true', 'false', null].includes(new URL(url).searchParams.get('requireTLS')), {
      error: 'may say requireTLS=true or requireTLS=false',
    })
    .optional(),
  MAIL_FROM: z.string().default('no-reply@localhost').transform(withSender),
  WEBHOOK_URL: ListSchema.default([]),
  WEBHOOK_SECRET: SigningSecretsSchema,
  WEBHOOK_SECRET_PREVIOUS: SigningSecretsSchema,
  WEBHOOK_ALLOW_PRIVATE: ListSchema.transform((hosts) => hosts.map(hostname))
    .refine((hosts) => hosts.every(Boolean), 'must be host names or addresses, separated by commas')
    .default([]),
  REQUIRE_VERIFIED_EMAIL: z.enum(['true', 'false'], 'must be true or false').default('false'),
  UNVERIFIED_ACCOUNT_EXPIRY: DurationSchema.optional(),
  API_DOCS: z.enum(['on', 'off'], 'must be on or off').optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be a level that pino knows')
    .default('info'),
})

/** Settings as the rest of the code sees them. Durations are in seconds. */
export interface Config extends SessionSettings {
  readonly production: boolean
  readonly server: {
    readonly port: number
    readonly host: string
    /** How many proxies in front of the API to trust (`X-Forwarded-For`). */
    readonly trustedProxies: number
    /** The origin that people see, if it is known. */
    readonly publicUrl: string | undefined
    /** Other origins whose pages may call the API with cookies. */
    readonly clientOrigins: readonly string[]
    /** Whether the API describes itself, at /api/openapi.json and /api/docs. */
    readonly apiDocs: boolean
  }
  /** Where metrics are served. `undefined`: there are none. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined
  readonly database: {
    /** `undefined`: the embedded database in `dataDir`. */
    readonly uri: string | undefined
    readonly dataDir: string
  }
  readonly mail: {
    /** `undefined`: mail goes into a folder, shown at /dev/mailbox; in production, nowhere. */
    readonly smtpUrl: string | undefined
    /** Whether to refuse to send mail without encryption. */
    readonly requireTls: boolean
    readonly from: string
    /** The origin of the links in mails. */
    readonly pageUrl: string
    /** Whether people must confirm their address before they can sign in. */
    readonly requireVerifiedEmail: boolean
    /** How long an account has to be proved before it is deleted; 0: for ever. */
    readonly unverifiedLifetimeSeconds: number
    /** How many mails that somebody waits for one process sends side by side. */
    readonly atOnce: number
    /** Between two looks at the queue. */
    readonly pollMs: number
  }
  /** Where events are told, and how. `undefined`: nowhere. */
  readonly webhooks:
    | {
        readonly endpoints: readonly Endpoint[]
        /** To how many users' events one process attends side by side, at each endpoint. */
        readonly atOnce: number
        /** Between two looks at the outbox. */
        readonly pollMs: number
        /** How long a receiver may take to answer. */
        readonly timeoutMs: number
      }
    | undefined
  readonly password: {
    readonly bcryptCost: number
    /** Of a new password, in characters. */
    readonly minLength: number
    /** A service that works like the Pwned Passwords range API. `undefined`: none is asked. */
    readonly breachedUrl: string | undefined
    /** Without which no hash from Firebase matches; base64. `undefined`: nobody came from there. */
    readonly firebaseSignerKey: string | undefined
  }
  readonly factors: {
    /** Those that keep the secrets of authenticator apps: the first seals, all of them open. */
    readonly secrets: readonly string[]
    /** What an app shows above its codes. */
    readonly issuer: string
    /** Roles whose owners have to have a second factor. */
    readonly requiredFor: readonly Role[]
  }
  readonly passkeys: {
    /** The domain that passkeys are for. `undefined`: the host of the public origin. */
    readonly rpId: string | undefined
    /** Where they work beside the public origin. */
    readonly origins: readonly string[]
    /** Whether one may be made without asking, right after a sign-in by password. */
    readonly upgrade: boolean
  }
  readonly rateLimits: Limits
  readonly log: { readonly level: string; readonly pretty: boolean }
}

/**
 * Parses the environment into one frozen Config. Outside production, `developmentSecrets` replace missing ones. They
 * are only read when needed.
 * Throws ConfigError with every problem at once.
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  developmentSecrets: (dataDir: string) => { accessSecret: string; refreshSecret: string },
  terminal = false,
): Config {
  // An empty variable counts as missing: `.env.example` lists them all, most of them empty.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const parsed = EnvironmentSchema.safeParse(given)
  const production = given.NODE_ENV === 'production'
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`)
  const { limits, problems: limitProblems } = readLimits(given)
  problems.push(
    ...limitProblems,
    ...keyProblems(given),
    ...databaseProblems(given),
    ...fileProblems(given).map(({ sentence }) => sentence),
  )
  if (production) problems.push(...secretProblems(given), ...embeddedProblems(given))
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)

  const env = parsed.data
  const secure = env.PUBLIC_URL?.startsWith('https:') ?? false
  if (env.COOKIE_SAMESITE === 'none' && !secure)
    throw new ConfigError(['COOKIE_SAMESITE=none needs a PUBLIC_URL that starts with https://'])

  if (env.METRICS_PORT === env.PORT && env.PORT !== 0)
    throw new ConfigError(['METRICS_PORT is the same as PORT; metrics need a port of their own'])

  if (production && env.SMTP_URL && !env.PUBLIC_URL)
    throw new ConfigError(['PUBLIC_URL is missing; the links in mails need it'])
  if (production && env.REQUIRE_VERIFIED_EMAIL === 'true' && !env.SMTP_URL)
    throw new ConfigError([
      'REQUIRE_VERIFIED_EMAIL needs an SMTP_URL: without mail nobody could confirm an address',
    ])

  if (env.PASSKEY_ORIGINS.length > 0 && !env.PASSKEY_RP_ID && !env.PUBLIC_URL)
    throw new ConfigError([
      'PASSKEY_ORIGINS needs a PUBLIC_URL or a PASSKEY_RP_ID, to say whose passkeys they are',
    ])
  if (env.PASSKEY_RP_ID && !env.PUBLIC_URL && env.PASSKEY_ORIGINS.length === 0)
    throw new ConfigError([
      'PASSKEY_RP_ID needs a PUBLIC_URL or PASSKEY_ORIGINS, to say where passkeys may be used',
    ])

  const endpoints = readEndpoints(
    env.WEBHOOK_URL,
    { current: env.WEBHOOK_SECRET, previous: env.WEBHOOK_SECRET_PREVIOUS },
    { production, allowPrivate: env.WEBHOOK_ALLOW_PRIVATE },
  )
  if (endpoints.problems.length > 0) throw new ConfigError(endpoints.problems)

  const generated =
    env.JWT_ACCESS_SECRET && env.JWT_REFRESH_SECRET ? undefined : developmentSecrets(env.DATA_DIR)
  const issuer = env.PUBLIC_URL ?? 'latchkey'
  const refreshKey = env.JWT_REFRESH_SECRET ?? generated?.refreshSecret ?? ''
  return deepFreeze({
    production,
    server: {
      port: env.PORT,
      host: env.HOST,
      trustedProxies: env.TRUST_PROXY,
      publicUrl: env.PUBLIC_URL,
      // Vite's own address, so that the page of `pnpm dev` can call the API directly too.
      clientOrigins: env.CLIENT_URL ?? (production || env.PUBLIC_URL ? [] : ['http://localhost:5173']),
      apiDocs: env.API_DOCS ? env.API_DOCS === 'on' : !production,
    },
    metrics: env.METRICS_PORT === undefined ? undefined : { port: env.METRICS_PORT, host: env.METRICS_HOST },
    database: { uri: withPassword(env.MONGO_URI, env.MONGO_PASSWORD), dataDir: env.DATA_DIR },
    accessToken: {
      key: env.JWT_ACCESS_SECRET ?? generated?.accessSecret ?? '',
      previousKeys: env.JWT_ACCESS_SECRET_PREVIOUS,
      ttlSeconds: env.ACCESS_TOKEN_EXPIRY,
      issuer,
      audience: `${issuer}/api`,
    },
    refreshToken: {
      key: refreshKey,
      previousKeys: env.JWT_REFRESH_SECRET_PREVIOUS,
      ttlSeconds: env.REFRESH_TOKEN_EXPIRY,
      leewaySeconds: env.REFRESH_LEEWAY,
    },
    session: { maxAgeSeconds: env.SESSION_MAX_AGE, limit: env.SESSION_LIMIT },
    cookie: {
      sameSite: env.COOKIE_SAMESITE,
      secure,
      prefix: env.COOKIE_PREFIX ?? defaultCookiePrefix(env.PUBLIC_URL, env.PORT),
    },
    mail: {
      smtpUrl: env.SMTP_URL,
      requireTls: env.SMTP_URL !== undefined && requiresTls(env.SMTP_URL),
      from: env.MAIL_FROM,
      pageUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
      requireVerifiedEmail: env.REQUIRE_VERIFIED_EMAIL === 'true',
      unverifiedLifetimeSeconds:
        env.UNVERIFIED_ACCOUNT_EXPIRY ?? (env.REQUIRE_VERIFIED_EMAIL === 'true' ? 7 : 30) * 86_400,
      atOnce: 4,
      pollMs: 1000,
    },
    webhooks:
      endpoints.read.length > 0
        ? { endpoints: endpoints.read, atOnce: 8, pollMs: 1000, timeoutMs: 10_000 }
        : undefined,
    password: {
      bcryptCost: env.BCRYPT_COST,
      minLength: env.PASSWORD_MIN_LENGTH,
      breachedUrl: env.BREACHED_PASSWORDS_URL,
      firebaseSignerKey: env.FIREBASE_SIGNER_KEY,
    },
    factors: {
      secrets: [
        env.FACTOR_SECRET || refreshKey,
        ...env.FACTOR_SECRET_PREVIOUS,
        // What was sealed before there was a secret of its own.
        refreshKey,
        ...env.JWT_REFRESH_SECRET_PREVIOUS,
      ],
      issuer: env.PUBLIC_URL ? `${brand.name} (${new URL(env.PUBLIC_URL).host})` : brand.name,
      requiredFor: env.REQUIRE_FACTOR_FOR,
    },
    passkeys: {
      rpId: env.PASSKEY_RP_ID,
      origins: env.PASSKEY_ORIGINS,
      upgrade: env.PASSKEY_UPGRADE === 'on',
    },
    rateLimits: limits,
    log: { level: env.LOG_LEVEL, pretty: !production && terminal },
  })
}

/**
 * All ports of a host share its cookies, so two instances on one host need different names. The instance on the usual
 * port has the short name.
 */
function defaultCookiePrefix(publicUrl: string | undefined, port: number): string {
  const seen = publicUrl ? new URL(publicUrl).port : String(port)
  return ['', '4000'].includes(seen) ? cookieNames.defaultPrefix : `${cookieNames.defaultPrefix}-${seen}`
}

/**
 * Always over the network, unless the address says otherwise. Not on the same machine, where nobody can listen in.
 */
function requiresTls(smtpUrl: string): boolean {
  const { hostname, searchParams } = new URL(smtpUrl)
  const asked = searchParams.get('requireTLS')
  return asked === null ? !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(hostname) : asked === 'true'
}

/** `LIMIT_LOGIN_PER_ADDRESS=100/15m` and its like; what is not set is as it comes. */
function readLimits(given: Record<string, string | undefined>): { limits: Limits; problems: string[] } {
  const names = new Map(limitNames.map((name) => [limitVariable(name), name]))
  const limits = { ...defaultLimits }
  const problems: string[] = []
  for (const [variable, text] of Object.entries(given)) {
    if (!variable.startsWith('LIMIT_')) continue
    const name = names.get(variable)
    const parsed = LimitSchema.safeParse(text)
    if (!name) problems.push(`${variable} is no limit; docs/sign-in-limits.md lists them`)
    else if (parsed.success) limits[name] = parsed.data
    else problems.push(...parsed.error.issues.map(({ message }) => `${variable} ${message}`))
  }
  return { limits, problems }
}

/** An address by itself is given the brand's name. */
function withSender(from: string): string {
  return from.includes('<') ? from : `${JSON.stringify(brand.mail.sender)} <${from.trim()}>`
}

const secretNames = ['JWT_ACCESS_SECRET', 'JWT_REFRESH_SECRET'] as const

/** What is wrong with a secret, said after its name. Null: nothing. */
export function weaknessOf(secret: string): string | null {
  if (Buffer.byteLength(secret) < minSecretBytes) return `is shorter than ${minSecretBytes} bytes`
  return looksLikeASample(secret) ? 'looks like a sample from a tutorial' : null
}

/** Secrets that are not safe in production. Never repeats the secret. */
function secretProblems(given: Record<string, string | undefined>): string[] {
  const advice = 'make one with: npx pnpm@12 latchkey keys make'
  const judge = (name: string, secret: string | undefined) => {
    const weakness = secret ? weaknessOf(secret) : 'is missing'
    return weakness ? [`${name} ${weakness}; ${advice}`] : []
  }
  const listed = (name: string) => ListSchema.parse(given[name] ?? '')
  const problems = secretNames.flatMap((name) => [
    ...judge(name, given[name]),
    ...listed(`${name}_PREVIOUS`).flatMap((secret) => judge(`${name}_PREVIOUS`, secret)),
  ])
  // Without it one is derived from JWT_REFRESH_SECRET.
  for (const secret of listed('FACTOR_SECRET')) problems.push(...judge('FACTOR_SECRET', secret))
  for (const secret of listed('FACTOR_SECRET_PREVIOUS'))
    problems.push(...judge('FACTOR_SECRET_PREVIOUS', secret))
  if (given.JWT_ACCESS_SECRET && given.JWT_ACCESS_SECRET === given.JWT_REFRESH_SECRET)
    problems.push('JWT_REFRESH_SECRET is the same as JWT_ACCESS_SECRET; each needs its own')
  return problems
}

/** Keys that cannot sign, in production or not. */
function keyProblems(given: Record<string, string | undefined>): string[] {
  return secretNames.flatMap((name) => [
    ...unusable(name, given[name] ? [given[name]] : []),
    ...unusable(`${name}_PREVIOUS`, ListSchema.parse(given[`${name}_PREVIOUS`] ?? '')),
  ])
}

/** Addresses that no retry can make work. Never repeats the password in them. */
function databaseProblems({
  MONGO_URI: uri,
  MONGO_PASSWORD: password,
}: Record<string, string | undefined>): string[] {
  if (!uri || !/^mongodb(\+srv)?:/.test(uri)) return []
  if (password && !/^[a-z+]+:\/\/[^/@]+@/.test(uri))
    return ['MONGO_PASSWORD is set, and MONGO_URI names no user whose it is: mongodb://user@host…']
  try {
    new mongo.MongoClient(uri)
    return []
  } catch {
    return [
      'MONGO_URI cannot be read; in a name or password @ : / % are written %40 %3A %2F %25, and options are those of the MongoDB driver',
    ]
  }
}

/** The password may be kept apart from the address. One that the address has itself counts. */
function withPassword(uri: string | undefined, password: string | undefined): string | undefined {
  return password ? uri?.replace(/^([a-z+]+:\/\/[^:/@]+)@/, `$1:${encodeURIComponent(password)}@`) : uri
}

/** The embedded database in production must be a choice. Otherwise a forgotten setting shows only in an emergency. */
function embeddedProblems({ MONGO_URI, EMBEDDED_DATABASE }: Record<string, string | undefined>): string[] {
  if (MONGO_URI || EMBEDDED_DATABASE) return []
  return [
    'EMBEDDED_DATABASE is not set, and neither is MONGO_URI. The embedded database is made for development: one process, no replica. Set MONGO_URI, or EMBEDDED_DATABASE=allow to use it all the same',
  ]
}

function unusable(name: string, keys: string[]): string[] {
  return keys.flatMap((key) => {
    if (name.startsWith('JWT_REFRESH') && key.startsWith('es256:'))
      return [`${name} is a shared secret; only access tokens are signed with es256`]
    try {
      signingKey(key)
      return []
    } catch (error) {
      return [`${name} ${error instanceof Error ? error.message : 'cannot be used'}`]
    }
  })
}

/** Words from sample settings, and strings with too little variety to be random. */
const looksLikeASample = (secret: string) =>
  /change.?(me|this|it)|your.{0,20}(secret|key)|(super|very|top).?secret|secret.?key|example|sample|replace|placeholder|insert|generate|fill.?in|go(es)?.?here|openssl|qwerty|password|jwt.?secret|12345678|abcdefgh/i.test(
    secret,
  ) || new Set(secret).size < 12

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  return Object.freeze(value)
}
