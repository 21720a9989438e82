import { AuthError } from '@latchkey/contracts/server'
import type { Response } from 'express'
import type { Count } from './counter.ts'

/**
 * Tells the client where it stands (draft-ietf-httpapi-ratelimit-headers). Of buckets with the same name the one with
 * least left counts.
 */
export function describe(res: Response, counts: readonly Count[], now: Date): void {
  const tightest = new Map<string, Count>()
  for (const count of counts) {
    const { name, shownAs } = count.bucket
    if (shownAs === null && !count.refused) continue
    const shown = shownAs ?? name
    const other = tightest.get(shown)
    if (!other || remaining(count) < remaining(other)) tightest.set(shown, count)
  }
  for (const [name, count] of tightest) {
    const { limit } = count.bucket
    res.append('RateLimit-Policy', `"${name}";q=${limit.points};w=${limit.windowSeconds}`)
    res.append('RateLimit', `"${name}";r=${remaining(count)};t=${secondsLeft(count, now)}`)
  }
}

export const refusal = (count: Pick<Count, 'until'>, now: Date): AuthError =>
  new AuthError('rate_limited', { retryAfterSeconds: secondsLeft(count, now) })

const remaining = ({ bucket, points, refused }: Count) =>
  refused ? 0 : Math.max(0, bucket.limit.points - points)

const secondsLeft = ({ until }: Pick<Count, 'until'>, now: Date) =>
  Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000))
