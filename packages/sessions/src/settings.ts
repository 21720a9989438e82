import { cookieNames } from '@latchkey/contracts'
/**
 * No access token lives longer than this, whatever the settings of the process that issues or verifies it. Revocations are
 * kept for as long, so that none is outlived while settings change from one process to the next.
 */
export const longestAccessTokenSeconds = 3600

/** How sessions and their tokens behave. Durations are in seconds. */
export interface SessionSettings {
  readonly accessToken: {
    /** What signs: a secret, or `es256:` and a private key (signing-keys.ts). */
    readonly key: string
    /** What is still believed, until the tokens it signed have expired. */
    readonly previousKeys: readonly string[]
    /** At most `longestAccessTokenSeconds`. */
    readonly ttlSeconds: number
    readonly issuer: string
    readonly audience: string
  }
  readonly refreshToken: {
    /** A secret of its own, so that neither token can stand in for the other. */
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
    /** What our cookies are called before the dot, so that neighbours on this host do not use the same names. */
    readonly prefix: string
  }
}

interface Given {
  accessSecret: string
  refreshSecret: string
  /** The origin people see. Default: none, as in development. */
  publicUrl?: string
}

/** The settings of most applications: 15 minutes for an access token, 7 idle days and 90 in all for a session. */
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
