const firstMs = 1000
const longestMs = 60_000

/**
 * How long to wait after so many failures in a row: doubling, with jitter so that a crowd of pages does not come back
 * in step, and never shorter than the server asked.
 */
export function backoffMs(failures: number, retryAfterSeconds: number | null, random: () => number): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** (failures - 1))
  const delay = ceiling * (0.5 + random() / 2)
  const floor = (retryAfterSeconds ?? 0) * 1000
  return floor > delay ? floor * (1 + random() / 10) : delay
}
