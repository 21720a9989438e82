import { describe, expect, it } from 'vitest'
import { regressions } from '../bench/report.ts'
import { spreadOf } from '../bench/rounds.ts'
import { merged, type Row, row } from '../bench/row.ts'

const claim = { id: 'it', what: 'it ÷ that', limit: 1, must: 'reach' } as const
const rowOf = (...values: number[]) => row(claim, values)

describe('the spread of a benchmark’s rounds', () => {
  it.each([
    [[2], [2, 2]],
    [
      [3, 1],
      [1, 3],
    ],
    [
      [4, 1, 3, 2],
      [1, 4],
    ],
    [
      [1, 2, 3, 4, 5, 6, 7],
      [2, 6],
    ],
    [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [2, 7],
    ],
    [
      [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
      [4, 9],
    ],
  ])('of %j is %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread)
  })

  it('leaves a row open where it is wider than the distance to the limit', () => {
    expect(rowOf(1.1, 1.2, 1.3, 1.2)).toMatchObject({ measured: 1.2, holds: true, isOpen: false })
    expect(rowOf(1.1, 1.2, 1.4, 1.2)).toMatchObject({ measured: 1.2, holds: true, isOpen: true })
    expect(rowOf(0.7, 0.9, 0.9, 1)).toMatchObject({ measured: 0.9, holds: false, isOpen: true })
  })

  it('narrows when a scenario has run again', () => {
    const once = rowOf(1, 1.2, 1.2, 1.4)
    const twice = merged([once], [rowOf(1.2, 1.2, 1.2, 1.2)])
    expect(once.isOpen).toBe(true)
    expect(twice).toMatchObject([{ measured: 1.2, spread: [1.2, 1.2], isOpen: false }])
    expect((twice[0] as Row).values).toHaveLength(8)
  })
})

describe('a run beside the committed one', () => {
  it.each([
    ['a fifth less is no matter', rowOf(0.8, 0.8, 0.8), []],
    ['more than that is', rowOf(0.7, 0.7, 0.7), ['it ÷ that: 0.70, committed is 1.00']],
    ['but not where its rounds reach the committed value', rowOf(0.7, 0.7, 1), []],
    ['and more is never worse', rowOf(2, 2, 2), []],
  ])('%s', (_, now, lines) => {
    expect(regressions([now], [rowOf(1, 1, 1)])).toEqual(lines)
  })

  it('takes less for better where it must stay below', () => {
    const [now, then] = [1.3, 1].map((value) => row({ ...claim, must: 'stay below' }, [value])) as [Row, Row]
    expect(regressions([now], [then])).toEqual(['it ÷ that: 1.30, committed is 1.00'])
    expect(regressions([then], [now])).toEqual([])
  })

  it('compares no times: they belong to the machine', () => {
    const [now, then] = [9, 1].map((value) => row({ ...claim, unit: 's', must: 'stay below' }, [value])) as [
      Row,
      Row,
    ]
    expect(regressions([now], [then])).toEqual([])
  })
})
