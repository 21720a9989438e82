import { hash } from 'node:crypto'
import type { Network } from './address.ts'
import type { RateLimit } from './limits.ts'

/** One allowance: a limit, and whose it is. */
export interface Bucket {
  /** The limit's name in the database, and in headers. */
  readonly name: string
  /** Another one in headers, for limits that nobody must tell apart. Null: only a refusal shows it. */
  readonly shownAs?: string | null
  /** A digest, or the id of a session; nothing by which a dump of the database would name somebody. */
  readonly whose: string
  readonly limit: RateLimit
  /**
   * `guess`: given back when it was right, or when nobody looked at it. `cost`: once the work is done, spent. `loan`: a cost that
   * moves to an account once it is known whose it was.
   */
  readonly kind: 'guess' | 'cost' | 'loan'
}

/** Where a bucket is counted. */
export const keyOf = ({ name, whose }: Bucket): string => `${name}:${whose}`

export const guesses = (name: string, limit: RateLimit, whose: string): Bucket => ({
  name,
  whose,
  limit,
  kind: 'guess',
})

export const costs = (name: string, limit: RateLimit, whose: string): Bucket => ({
  name,
  whose,
  limit,
  kind: 'cost',
})

export const loans = (name: string, limit: RateLimit, whose: string): Bucket => ({
  name,
  whose,
  limit,
  kind: 'loan',
})

/** The same limit for every network that an address belongs to; wider ones have it several times. */
export const perNetwork = (
  make: typeof guesses,
  name: string,
  { points, windowSeconds }: RateLimit,
  networks: readonly Network[],
): Bucket[] =>
  networks.map((network) =>
    make(name, { points: points * network.times, windowSeconds }, digest(network.name)),
  )

/** Addresses and names are kept as digests: a count needs no list of who tried to sign in. */
export const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)
