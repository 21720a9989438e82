import type { Clock } from '../options.ts'
import { lowestLiving, type Revocation, type RevocationStore } from './revocation.ts'

interface Collaborators {
  clock: Clock
  /** How many users and sessions are kept at most: some 300 bytes each. */
  size?: number
}

/** By how much the clocks of several processes of Latchkey may differ. */
const skewMs = 10_000

/**
 * Revocations in the memory of one process; after a restart they are forgotten. Where there are more than it keeps, it drops
 * the oldest, and refuses whatever was issued before that was told: nobody dead gets in, and the living get a new token.
 */
export function memoryRevocations({ clock, size = 200_000 }: Collaborators): RevocationStore {
  /** In the order in which they were told, so also in that in which they lapse. */
  const kept = new Map<string, Revocation>()
  let dropped: Revocation | null = null

  return {
    add(revocation) {
      const { id } = revocation
      forgetLapsed()
      const known = kept.get(id)
      const highest = known && lowestLiving(known) > lowestLiving(revocation) ? known : revocation
      kept.delete(id)
      kept.set(id, { ...highest, until: revocation.until })
      if (kept.size > size) dropOldest()
    },
    find({ sid, sub, iat }) {
      const told = [kept.get(sid), kept.get(sub), lostOf(iat)]
      return told.filter((each) => each != null)
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
