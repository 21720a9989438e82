import { timedOut } from './auth-error.ts'
import type { Clock } from './environment.ts'

/** The promise's own outcome, or a `timeout` AuthError when that takes longer. */
export function withinTime<Result>(clock: Clock, ms: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(timedOut()))
    work.then(resolve, reject).finally(cancel)
  })
}
