import { median, spreadOf } from './rounds.ts'

/** One line of the table. */
export interface Row {
  id: string
  what: string
  /** '' for a ratio. */
  unit: '' | 'ms' | 's' | 'MB' | 'kB' | '/s' | 'reads' | 'shift'
  limit: number
  /** Whether the value must reach the limit or stay below it. */
  must: 'reach' | 'stay below'
  /** The median of the rounds. */
  measured: number
  /** Between what the median lies: `spreadOf`. */
  spread: [number, number]
  holds: boolean
  /** Whether the spread is wider than the distance to the limit: measured again, it may turn out otherwise. */
  isOpen: boolean
  /** Of each round. */
  values: number[]
  /** What the value was made of: `4,012/s ÷ 5,120/s`. */
  from: string
}

/** A line that could not be measured here, and why. */
export interface Skipped {
  id: string
  what: string
  skipped: string
}

type Claim = Pick<Row, 'id' | 'what' | 'limit' | 'must'> & { unit?: Row['unit']; from?: string }

/** The median of the rounds against its limit. */
export function row({ id, what, limit, must, unit = '', from = '' }: Claim, values: number[]): Row {
  const measured = median(values)
  const spread = spreadOf(values)
  const holds = must === 'reach' ? measured >= limit : measured <= limit
  const isOpen = spread[1] - spread[0] > Math.abs(measured - limit)
  return { id, what, unit, limit, must, measured, spread, holds, isOpen, values, from }
}

/** The rows of a scenario that ran again, over the rounds of both times. What they were made of is the later time's. */
export function merged(before: (Row | Skipped)[], again: (Row | Skipped)[]): (Row | Skipped)[] {
  return again.map((now) => {
    const then = before.find(({ id }) => id === now.id)
    return !then || 'skipped' in then || 'skipped' in now ? now : row(now, [...then.values, ...now.values])
  })
}

export const perSecond = (values: number[]): string => `${count(median(values))}/s`

export const count = (value: number): string =>
  value.toLocaleString('en', {
    maximumSignificantDigits: value < 100 ? 3 : 6,
    maximumFractionDigits: 0,
    roundingPriority: value < 100 ? 'morePrecision' : 'auto',
  })

export const milliseconds = (values: number[]): string => `${median(values).toFixed(2)} ms`
