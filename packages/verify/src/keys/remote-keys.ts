import type { CryptoKey } from 'jose'
import type { Clock, Log } from '../options.ts'
import { TokenRefused } from '../token-refused.ts'
import { fetchKeys } from './fetch-keys.ts'
import type { KeySource } from './key-source.ts'

/** As long as Latchkey says (`max-age`), so that a key that was retired because it leaked is soon forgotten. */
const freshMs = 300_000
/** An outage of Latchkey signs nobody out here for as long. */
const usableMs = 3_600_000
/** Between two questions, so that made-up names of keys lead to no more. */
const cooldownSeconds = 10

interface Collaborators {
  url: URL
  clock: Clock
  log: Pick<Log, 'warn'>
}

/**
 * The keys that Latchkey publishes, fetched when the first is needed and every five minutes. A name that is not known is
 * looked for once more: all that wait share one question. jose's createRemoteJWKSet would forget every key as soon as
 * Latchkey cannot be reached, ask without a pause then, and read an answer of any size.
 */
export function remoteKeys({ url, clock, log }: Collaborators): KeySource {
  let keys: ReadonlyMap<string, CryptoKey> = new Map()
  let loadedAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let failure: unknown = null
  let asking: Promise<void> | null = null

  return {
    algorithm: 'ES256',
    origin: url.href,
    async find(kid) {
      const known = keys.get(kid)
      if (known && isWithin(freshMs, loadedAt)) return known
      if (asking || !isWithin(cooldownSeconds * 1000, askedAt)) await ask()
      const found = keys.get(kid)
      if (found && isWithin(usableMs, loadedAt)) return found
      if (failure === null) return null
      throw new TokenRefused('keys_unavailable', sentenceOf(failure), {
        cause: failure,
        retryAfterSeconds: cooldownSeconds,
      })
    },
  }

  /** Whichever way the clock is set. */
  function isWithin(ms: number, since: number): boolean {
    const age = clock.now().getTime() - since
    return age >= 0 && age < ms
  }

  function ask(): Promise<void> {
    asking ??= load().finally(() => {
      asking = null
    })
    return asking
  }

  async function load(): Promise<void> {
    askedAt = clock.now().getTime()
    try {
      keys = await fetchKeys(url)
      loadedAt = clock.now().getTime()
      failure = null
    } catch (error) {
      failure = error
      log.warn({ err: error }, sentenceOf(error))
    }
  }

  function sentenceOf(error: unknown): string {
    return `The keys of Latchkey could not be read from ${url.href}: ${error instanceof Error ? error.message : error}.`
  }
}
