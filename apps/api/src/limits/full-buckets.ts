import { addSeconds, type Clock, earlier } from '@latchkey/contracts/server'
import { type Bucket, keyOf } from './bucket.ts'

const maxRemembered = 10_000
/** What can be given back, by another process too, is asked for again after so long. */
const recheckSeconds = 5

/** Remembers which buckets are full, so that a flood that is refused asks the database nothing. */
export function createFullBuckets({ clock }: { clock: Clock }) {
  const full = new Map<string, { until: Date; recheckAt: Date }>()

  return {
    remember(bucket: Bucket, until: Date): void {
      const key = keyOf(bucket)
      const recheckAt =
        bucket.kind === 'cost' ? until : earlier(until, addSeconds(clock.now(), recheckSeconds))
      // Last again: when there is no room, the one that was not found full for longest is forgotten.
      full.delete(key)
      full.set(key, { until, recheckAt })
      if (full.size <= maxRemembered) return
      for (const oldest of full.keys()) {
        full.delete(oldest)
        return
      }
    },

    forget(bucket: Bucket): void {
      full.delete(keyOf(bucket))
    },

    /** When a bucket has room again, if it is known to be full. */
    untilOf(bucket: Bucket): Date | null {
      const known = full.get(keyOf(bucket))
      return known && known.recheckAt > clock.now() ? known.until : null
    },
  }
}
