import { type Summary, summarize } from './rounds.ts'

/** One line of the table. */
export interface Row extends Summary {
  id: string
  what: string
  /** '' for a ratio. */
  unit: '' | 'ms' | 's' | 'MB' | 'kB' | 'reads' | 'shift'
  limit: number
  /** Whether the value must reach the limit or stay below it. */
  must: 'reach' | 'stay below'
  holds: boolean
  rounds: number
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
export function row({ unit = '', from = '', ...claim }: Claim, values: number[]): Row {
  const summary = summarize(values)
  const { median } = summary
  const holds = claim.must === 'reach' ? median >= claim.limit : median <= claim.limit
  return { ...claim, unit, ...summary, holds, rounds: values.length, from }
}

export const perSecond = (values: number[]): string => `${count(summarize(values).median)}/s`

export const count = (value: number): string =>
  value.toLocaleString('en', {
    maximumSignificantDigits: value < 100 ? 3 : 6,
    maximumFractionDigits: 0,
    roundingPriority: value < 100 ? 'morePrecision' : 'auto',
  })

export const milliseconds = (values: number[]): string => `${summarize(values).median.toFixed(2)} ms`
