import { describe, expect, it } from 'vitest'
import { type AdapterName, type Case, run } from './replay.ts'
import { interceptorCases, optionCases } from './replay-cases.ts'

const optionTable = Object.entries(optionCases as Record<string, Case[]>).flatMap(([option, cases]) =>
  cases.map((each, index) => ({ option: index === 0 ? option : `${option} (${index + 1})`, each })),
)

/** Runs every case with a fresh token and with an expired one: whoever called must not be able to tell which it was. */
export function describeReplays(adapter: AdapterName) {
  describe('has the same result after a refresh', () => {
    it.each(optionTable.filter(({ each }) => each.only?.includes(adapter) ?? true))(
      'with the option $option',
      async ({ each }) => await compare(each, adapter),
    )

    it.each(Object.entries(interceptorCases))('with an interceptor that %s', async (_, each) => {
      await compare(each, adapter)
    })
  })
}

async function compare(each: Case, adapter: AdapterName) {
  const fresh = await run(each, adapter, 'fresh')
  expect(fresh.seen).toMatchObject(each.shows as object)
  expect(fresh.refreshes).toBe(0)
  expect(JSON.stringify(fresh.seen)).not.toContain('Authorization')
  const expired = await run(each, adapter, 'expired')
  expect(expired.seen).toEqual(fresh.seen)
  expect(expired.refreshes).toBe(each.refreshes ?? 1)
  const [first, replay] = expired.sendings
  if (each.refreshes !== 0) expect(replay).toEqual(first)
}
