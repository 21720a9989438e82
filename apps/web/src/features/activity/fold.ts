import type { ActivityEvent } from '@latchkey/contracts'

/** What happens every day. Anything else is read one by one. */
const routine = ['signed_in', 'signed_out'] as const

export const isRoutine = (kind: ActivityEvent['kind']): kind is (typeof routine)[number] =>
  routine.some((each) => each === kind)

/** From so many on, what one device did in a row is one line until it is opened. */
const fewest = 3

/** Events in a row: one that stands by itself, or what one device did without anything to look at. */
export type Fold = [ActivityEvent, ...ActivityEvent[]]

/** Puts together what is routine, of one device at one address, and follows one another. Order and number stay. */
export function folded(events: readonly ActivityEvent[]): Fold[] {
  const runs: Fold[] = []
  for (const event of events) {
    const run = runs.at(-1)
    if (run && isAlike(run[0], event)) run.push(event)
    else runs.push([event])
  }
  return runs.flatMap((run) => (run.length < fewest ? run.map((event): Fold => [event]) : [run]))
}

const isAlike = (a: ActivityEvent, b: ActivityEvent) =>
  a.device === b.device && a.ip === b.ip && isRoutine(a.kind) && isRoutine(b.kind)
