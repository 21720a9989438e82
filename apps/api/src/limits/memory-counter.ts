import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { type Bucket, keyOf } from './bucket.ts'
import type { Count } from './counter.ts'

const maxCounted = 100_000

/** Counts in this process alone: for what is asked often and costs little. All its buckets have windows of one length. */
export function createMemoryCounter({ clock }: { clock: Clock }) {
  const counted = new Map<string, { points: number; until: Date }>()

  return {
    take(bucket: Bucket): Count {
      const now = clock.now()
      const key = keyOf(bucket)
      let state = counted.get(key)
      if (!state || state.until <= now) {
        state = { points: 0, until: addSeconds(now, bucket.limit.windowSeconds) }
        counted.delete(key)
        counted.set(key, state)
        makeRoom(now)
      }
      const refused = state.points >= bucket.limit.points
      if (!refused) state.points++
      return { bucket, refused, points: state.points, until: state.until }
    },
  }

  /** The oldest are the first to end: those that have, and as many more as there is no room for. */
  function makeRoom(now: Date): void {
    for (const [key, { until }] of counted) {
      if (until > now && counted.size <= maxCounted) return
      counted.delete(key)
    }
  }
}
