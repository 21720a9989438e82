import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks somebody who may be slow or away: null when there is no answer within `limitMs`, or an error. Whoever asks meanwhile
 * waits for the same answer, so that scrapes do not pile up.
 */
export function withPatience<Answer>(
  limitMs: number,
  ask: () => Promise<Answer>,
): () => Promise<Answer | null> {
  let asked: Promise<Answer | null> | null = null
  return async () => {
    asked ??= ask()
      .catch(() => null)
      .finally(() => {
        asked = null
      })
    const patience = new AbortController()
    const late = delay(limitMs, null, { signal: patience.signal, ref: false })
    try {
      return await Promise.race([asked, late])
    } finally {
      patience.abort()
    }
  }
}
