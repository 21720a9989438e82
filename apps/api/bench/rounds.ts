/** What several rounds of one measurement came to. */
export interface Summary {
  median: number
  min: number
  max: number
}

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

export function summarize(values: number[]): Summary {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) }
}

/** Nearest rank; of an even number of values the median is the mean of the middle two. */
export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  if (q === 0.5 && Number.isInteger(half)) return ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}
