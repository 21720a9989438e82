import type { CryptoKey } from 'jose'

/** Keys by their names. The source decides the algorithm, never a token (RFC 8725 §3.1). */
export interface KeySource {
  readonly algorithm: 'ES256' | 'HS256'
  /**
   * The key of that name; null: there is none. The same object as long as it may be relied on.
   * Rejects with TokenRefused `keys_unavailable` where that is not known.
   */
  find(kid: string): Promise<CryptoKey | null>
  /** Where to look for a name that was not found, for the log. */
  readonly origin: string
}
