import { cookieNames } from '@latchkey/contracts'
/**
 * No access token lives longer than this, whatever the settings of the process that issues or verifies it. Revocations are
 * kept for as long, so that none is outlived while settings change from one process to the next.
 */
export const longestAccessTokenSeconds = 3600

/** How sessions and their tokens behave. Durations are in seconds. */
export interface SessionSettings {
  readonly accessToken: {
    /** What signs tokens: a secret, or `es256:` and a private key (signing-keys.ts). */
    readonly key: string
    /** Still accepted, until the tokens they signed have expired. */
    readonly previousKeys: readonly string[]
    /** At most `longestAccessTokenSeconds`. */
    readonly ttlSeconds: number
    readonly issuer: string
    readonly audience: string
  }
  readonly refreshToken: {
    /** A separate secret, so that neither kind of token can pass for the other. */
    readonly key: string
    readonly previousKeys: readonly string[]
    readonly ttlSeconds: number
    /** How long a client without a key may repeat a refresh whose answer was lost. */
    readonly leewaySeconds: number
  }
  readonly session: { readonly maxAgeSeconds: number; readonly limit: number }
  readonly cookie: {
    readonly sameSite: 'strict' | 'lax' | 'none'
    readonly secure: boolean
    /** The part of our cookie names before the dot. Keeps them apart from other applications on this host. */
    readonly prefix: string
  }
}

interface Given {
  accessSecret: string
  refreshSecret: string
  /** The origin that people see. Default: none, as in development. */
  publicUrl?: string
}

/** Settings that suit most applications: access tokens live 15 minutes, sessions 7 idle days and 90 days in all. */
export function defaultSettings({ accessSecret, refreshSecret, publicUrl }: Given): SessionSettings {
  const issuer = publicUrl ?? 'latchkey'
  return {
    accessToken: {
      key: accessSecret,
      previousKeys: [],
      ttlSeconds: 900,
      issuer,
      audience: `${issuer}/api`,
    },
    refreshToken: { key: refreshSecret, previousKeys: [], ttlSeconds: 7 * 86_400, leewaySeconds: 10 },
    session: { maxAgeSeconds: 90 * 86_400, limit: 50 },
    cookie: {
      sameSite: 'strict',
      secure: publicUrl?.startsWith('https:') ?? false,
      prefix: cookieNames.defaultPrefix,
    },
  }
}
