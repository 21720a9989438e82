import type { Clock } from '../../src/environment.ts'

/** Time that moves when told. The wall clock can be set apart from the monotonic one, as people and sleep do. */
export function createFakeClock() {
  let elapsed = 1000
  let wallOffset = 1_700_000_000_000
  let timers: { at: number; run: () => void }[] = []

  const clock: Clock = {
    now: () => elapsed,
    wallNow: () => elapsed + wallOffset,
    after(ms, run) {
      const timer = { at: elapsed + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }

  return {
    clock,
    advance(ms: number) {
      const end = elapsed + ms
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers = timers.filter((timer) => timer !== next)
        elapsed = Math.max(elapsed, next.at)
        next.run()
      }
      elapsed = end
    },
    setWallClock(byMs: number) {
      wallOffset += byMs
    },
    waiting: () => timers.map(({ at }) => at - elapsed).sort((a, b) => a - b),
  }
}

export type FakeClock = ReturnType<typeof createFakeClock>
