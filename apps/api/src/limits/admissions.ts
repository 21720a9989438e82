import type { Clock } from '@latchkey/contracts/server'
import type { Response } from 'express'
import type { Bucket } from './bucket.ts'
import { type Blind, type Count, createCounter } from './counter.ts'
import { createFullBuckets } from './full-buckets.ts'
import { describe, refusal } from './headers.ts'
import type { RateLimitModel } from './rate-limit.model.ts'

interface Collaborators {
  model: RateLimitModel
  clock: Clock
  /** Told of each refusal by which limit, by its name in the database. */
  onRefused?: ((limit: string) => void) | undefined
}

/** What a request has taken from several buckets at once. */
export type Begun = ReadonlyMap<Bucket, Count>

const none: Begun = new Map()

/** Takes from several buckets for one request, all or nothing, and says so in its headers. */
export function createAdmissions({ model, clock, onRefused }: Collaborators) {
  const counter = createCounter({ model, clock })
  const full = createFullBuckets({ clock })
  const returned = new WeakSet<Count>()
  /** What each request has taken, to be given back should nobody look at it. */
  const takenBy = new WeakMap<Response, Count[]>()

  return {
    /** Throws AuthError `rate_limited` when one of them is known to be full; asks nobody. */
    refuseFull,

    /**
     * Takes from all of these in one command, up to the first of which it cannot tell enough. `take` and `takePast` are to be
     * asked for all of them in the same order; they take the rest.
     */
    async begin(res: Response, blind: readonly Blind[]): Promise<Begun> {
      const { counts, failure } = await counter.takeBlindly(blind)
      if (failure) {
        settleUnseen(res, counts)
        throw failure
      }
      return new Map(counts.map((count) => [count.bucket, count]))
    },

    take,

    /** Takes one whether or not there is room, and says nothing of it. Given back like the others. */
    async takePast(res: Response, bucket: Bucket, begun: Begun = none): Promise<Count> {
      const count = begun.get(bucket) ?? (await counter.take(bucket, { past: true }))
      settleUnseen(res, [count])
      return count
    },

    /**
     * What was tried is right. Takes one as `take` does, and then gives back as `undo` does: in one command, where no
     * window is open for it.
     */
    async accept(
      res: Response,
      bucket: Bucket,
      counts: readonly Count[],
      forgotten: readonly Bucket[],
    ): Promise<void> {
      refuseFull(res, [bucket])
      const held = hold(counts)
      // Should nobody know what became of it, they count until their windows end.
      const { counts: taken, failure } = await counter.takeBlindly([{ bucket, by: 'opening' }], {
        counts: held,
        forgotten,
      })
      if (taken.length === 0) release(held)
      else forget(held, forgotten)
      if (failure) throw failure
      await take(res, [bucket], new Map(taken.map((count) => [bucket, count])))
      if (taken.length === 0) await undo(counts, forgotten)
    },

    /**
     * Gives back, at most once, the guesses among what was taken. Should that fail, they count until their window
     * ends.
     */
    settle,

    /**
     * Gives back all of what was taken, at most once, and forgets everything that was taken from the others; should that
     * fail, it counts until the windows end.
     */
    undo,

    /** As after a 503: whoever sent the request has gone, and nobody looked at it. */
    dropped: (res: Response): void => void settle(takenBy.get(res) ?? []),

    /** Marks a bucket as full in this process once another one is known to be full. */
    rememberLike(bucket: Bucket, other: Bucket): void {
      const until = full.untilOf(other)
      if (until) full.remember(bucket, until)
    },
  }

  function refuseFull(res: Response, buckets: readonly Bucket[]): void {
    for (const bucket of buckets) {
      const until = full.untilOf(bucket)
      if (until) throw refuse(res, { bucket, refused: true, points: bucket.limit.points, until })
    }
  }

  function refuse(res: Response, count: Count) {
    onRefused?.(count.bucket.name)
    describe(res, [count], clock.now())
    return refusal(count, clock.now())
  }

  /**
   * Takes one from each bucket, but for those that are begun. Throws AuthError `rate_limited` when one is full, with nothing
   * taken. Guesses are given back should the answer say that nobody looked at them: a 5xx, or a 429 from a limit further on.
   */
  async function take(res: Response, buckets: readonly Bucket[], begun: Begun = none): Promise<Count[]> {
    // What is begun is taken, or given back further down.
    if (!buckets.some((bucket) => begun.has(bucket))) refuseFull(res, buckets)
    const results = await Promise.allSettled(
      buckets.map((bucket) => begun.get(bucket) ?? counter.take(bucket)),
    )
    const counts = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const taken = counts.filter(({ refused }) => !refused)
    const failed = results.find((result) => result.status === 'rejected')
    const [refused] = counts.filter((count) => count.refused)
    for (const count of counts)
      if (count.refused || count.points >= count.bucket.limit.points) full.remember(count.bucket, count.until)
    if (!failed && !refused) {
      describe(res, taken, clock.now())
      settleUnseen(res, taken)
      return taken
    }
    await undo(taken)
    throw failed ? failed.reason : refuse(res, refused as Count)
  }

  async function settle(counts: readonly Count[]): Promise<void> {
    await undo(guessesIn(counts))
  }

  async function undo(counts: readonly Count[], forgotten: readonly Bucket[] = []): Promise<void> {
    const held = hold(counts)
    await counter.giveBack({ counts: held, forgotten }).catch(() => {}) // the database; whoever needs it hears of it from elsewhere
    forget(held, forgotten)
  }

  /** Those that nobody has given back yet. */
  function hold(counts: readonly Count[]): Count[] {
    const held = counts.filter((count) => !returned.has(count))
    for (const count of held) returned.add(count)
    return held
  }

  function release(counts: readonly Count[]): void {
    for (const count of counts) returned.delete(count)
  }

  /** None of these is full any longer. */
  function forget(counts: readonly Count[], forgotten: readonly Bucket[]): void {
    for (const bucket of [...counts.map(({ bucket }) => bucket), ...forgotten]) full.forget(bucket)
  }

  /** Whoever was not looked at did nothing wrong, and will ask again. */
  function settleUnseen(res: Response, counts: readonly Count[]): void {
    const before = takenBy.get(res)
    if (before) return void before.push(...counts)
    const all = [...counts]
    takenBy.set(res, all)
    res.once('close', () => {
      if (res.statusCode >= 500 || res.statusCode === 429) void settle(all)
    })
  }
}

export const guessesIn = (counts: readonly Count[]): Count[] =>
  counts.filter(({ bucket }) => bucket.kind === 'guess')

export type Admissions = ReturnType<typeof createAdmissions>
