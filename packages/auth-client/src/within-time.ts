import type { Clock } from './environment.ts'

/** What becomes of the promise, or this error when that takes longer. */
export function withinTime<Result>(
  clock: Clock,
  ms: number,
  work: Promise<Result>,
  tooLate: () => Error,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(tooLate()))
    work.then(resolve, reject).finally(cancel)
  })
}
