const firstMs = 1000
const longestMs = 60_000

/**
 * How long to wait after a number of failures in a row. It doubles with each, has jitter so that many pages do not come
 * back all at once, and is never shorter than the server asked for.
 */
export function backoffMs(failures: number, retryAfterSeconds: number | null, random: () => number): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** (failures - 1))
  const delay = ceiling * (0.5 + random() / 2)
  const floor = (retryAfterSeconds ?? 0) * 1000
  return floor > delay ? floor * (1 + random() / 10) : delay
}
