/**
 * Runs each measurement once a round, one after the other, and every other round in the opposite order: what slows the
 * machine for a while slows all of them alike, and a ratio is only ever taken within a round.
 */
export async function interleave<Name extends string>(
  rounds: number,
  measurements: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measurements) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed())
      results[name].push(await measurements[name]())
  return results
}

export const ratios = (above: number[], below: number[]): number[] =>
  above.map((value, round) => value / (below[round] ?? Number.NaN))

export const median = (values: number[]): number => quantile(values, 0.5)

/** Nearest rank; of an even number of values the median is the mean of the middle two. */
export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  if (q === 0.5 && Number.isInteger(half)) return ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

/** Or more, where there are four rounds at least. */
const sureness = 0.85

/**
 * Between what the median lies, as far as so few rounds can tell (order statistics, without a guess at how the values are
 * distributed): all of four rounds, the middle six of eight. So it becomes narrower with more rounds, as a range would not.
 */
export function spreadOf(values: number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b)
  const n = sorted.length
  let left = 0
  // Of all 2ⁿ ways in which n rounds can fall on the two sides of the median, the share with at most `left` on one.
  for (let share = 0.5 ** n, ways = share; left + 1 < n / 2; left++) {
    ways *= (n - left) / (left + 1)
    share += ways
    if (1 - 2 * share < sureness) break
  }
  return [sorted[left] ?? Number.NaN, sorted[n - 1 - left] ?? Number.NaN]
}
