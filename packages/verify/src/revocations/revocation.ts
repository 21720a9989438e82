import type { StandardClaims } from '../claims.ts'

/** Access tokens that died before they expired, as Latchkey told it. */
export interface Revocation {
  /** A session's id; or a user's, for each session of theirs. */
  readonly id: string
  /** The lowest epoch whose tokens live; null: none does. */
  readonly epoch: number | null
  /** Why the session has ended, like `signed_out`. Null: it goes on, with a new token. */
  readonly reason: string | null
  /** When Latchkey told it, by its clock. */
  readonly at: Date
  /** When it can be forgotten: no token that it concerns lives then. */
  readonly until: Date
}

export type Concern = Pick<StandardClaims, 'sid' | 'sub' | 'epoch' | 'iat'>

/** Where revocations are kept. Several processes share a store of theirs: Latchkey tells one of them, and all have to know. */
export interface RevocationStore {
  /**
   * Keeps it until `until`, beside what is kept for the same id. The same `id` and `epoch` may come again; once is enough.
   * When it rejects, Latchkey tells it again later.
   */
  add(revocation: Revocation): void | Promise<void>
  /** All that is kept for the session `sid` and for the user `sub`. When it rejects, the request is answered with 503. */
  find(token: Concern): readonly Revocation[] | Promise<readonly Revocation[]>
}

/** The revocation by which a token is dead, an end before a change. Numbers decide which token is older; no time is compared. */
export function revocationOf(
  { epoch }: Pick<Concern, 'epoch'>,
  told: readonly Revocation[],
): Revocation | undefined {
  const dead = told.filter((each) => epoch < lowestLiving(each))
  return dead.find(({ reason }) => reason !== null) ?? dead[0]
}

/**
 * For every token, null comes after all numbers. So does what is no number: a store of one's own may give back another kind
 * than it got, and what cannot be read lets nobody in. Digits are read, for databases give whole numbers as text.
 */
export function lowestLiving({ epoch }: { epoch: unknown }): number {
  const isDigits = typeof epoch === 'string' && /^-?\d+$/.test(epoch)
  const lowest = isDigits ? Number(epoch) : epoch
  return typeof lowest === 'number' && Number.isFinite(lowest) ? lowest : Number.POSITIVE_INFINITY
}
