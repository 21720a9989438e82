import type { Clock } from '../options.ts'
import { lowestLiving, type Revocation, type RevocationStore } from './revocation.ts'

interface Collaborators {
  clock: Clock
  /** How many users and sessions are kept at most: some 300 bytes each. */
  size?: number
}

/** Clocks may lie up to ten minutes off: one that is ahead issues a token, and one that is behind tells. */
const skewMs = 20 * 60_000

const endOf = (id: string) => `end ${id}`
const changeOf = (id: string) => `change ${id}`

/**
 * Revocations in the memory of one process; after a restart they are forgotten. Where there are more than it keeps, it drops
 * the oldest, and refuses whatever was issued before that was told: nobody dead gets in, and the living get a new token.
 */
export function memoryRevocations({ clock, size = 200_000 }: Collaborators): RevocationStore {
  /**
   * In the order in which they were told, so also in that in which they lapse. Ends and changes are apart: a change must not
   * hide why a session has ended.
   */
  const kept = new Map<string, Revocation>()
  let dropped: Revocation | null = null

  return {
    add(revocation) {
      const name = revocation.reason === null ? changeOf(revocation.id) : endOf(revocation.id)
      forgetLapsed()
      const known = kept.get(name)
      const highest = known && lowestLiving(known) > lowestLiving(revocation) ? known : revocation
      kept.delete(name)
      kept.set(name, { ...highest, until: revocation.until })
      if (kept.size > size) dropOldest()
    },
    find({ sid, sub, iat }) {
      const told = [sid, sub].flatMap((id) => [kept.get(endOf(id)), kept.get(changeOf(id))])
      return [...told, lostOf(iat)].filter((each) => each != null)
    },
  }

  function forgetLapsed() {
    const now = clock.now()
    for (const [id, { until }] of kept) {
      if (until > now) return
      kept.delete(id)
    }
  }

  /** What is not known any more of a token that old may be its end. */
  function lostOf(iat: number): Revocation | null {
    if (!dropped || dropped.until <= clock.now()) return null
    const isOlder = iat * 1000 < dropped.at.getTime() + skewMs
    return isOlder ? { ...dropped, epoch: null, reason: null } : null
  }

  function dropOldest() {
    for (const [id, oldest] of kept) {
      kept.delete(id)
      // Its time of telling counts for all that were dropped before.
      dropped = dropped && dropped.at > oldest.at ? { ...oldest, at: dropped.at } : oldest
      return
    }
  }
}
