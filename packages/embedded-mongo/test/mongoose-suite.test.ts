import { expect, test } from 'vitest'
import { type MochaError, report } from '../testing/mongoose-suite/report.ts'

const result = (passes: number, failures: [string, MochaError][]) => ({
  stats: { passes, failures: failures.length, pending: 2, duration: 61_400 },
  failures: failures.map(([fullTitle, err]) => ({ fullTitle, err })),
})

const refused: MochaError = {
  message: "Index type '2d' is not supported by the embedded database\nand more",
  code: 67,
  codeName: 'CannotCreateIndex',
}

test('the report counts what passed and groups what failed by its error, most first', () => {
  const { text, honest } = report(
    result(4000, [
      ['watches', { message: 'no change streams', code: 40573 }],
      ['finds near', refused],
      ['finds within', refused],
    ]),
  )
  expect(text).toBe(`4,000 of 4,003 tests passed, 2 skipped, in 61 s.

Refused as not supported: 3

   2  67 CannotCreateIndex: Index type '2d' is not supported by the embedded database
        finds near
        finds within

   1  40573: no change streams
        watches
`)
  expect(honest).toBe(true)
})

test('a failure without such a refusal is told apart', () => {
  const { text, honest } = report(
    result(1, [
      ['finds near', refused],
      ['saves', { name: 'AssertionError', message: '1 == 2', code: 'ERR_ASSERTION' }],
    ]),
  )
  expect(text).toContain('Failed for another reason: 1\n\n   1  AssertionError: 1 == 2\n        saves\n')
  expect(honest).toBe(false)
})
