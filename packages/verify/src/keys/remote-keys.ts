import type { Clock, Log } from '../options.ts'
import { TokenRefused } from '../token-refused.ts'
import { fetchKeys, type PublishedKeys } from './fetch-keys.ts'
import type { KeySource } from './key-source.ts'

/** As long as Latchkey says (`max-age`), so that a key that was retired because it leaked is soon forgotten. */
const freshMs = 300_000
/** From then on they are fetched anew while nobody waits. */
const refreshMs = 240_000
/** An outage of Latchkey signs nobody out here for as long. */
const usableMs = 3_600_000
/** In this time come three questions at most, so that made-up names of keys lead to no more; one where it failed. */
const pauseMs = 10_000
const questionsInPause = 3
/** An outage is taken to go on for as long after a question that failed; nobody waits for the next one then. */
const outageMs = 60_000

interface Collaborators {
  url: URL
  clock: Clock
  log: Pick<Log, 'warn'>
}

/**
 * The keys that Latchkey publishes, fetched when the first is needed and before five minutes are over. A name that is not
 * known is looked for once more: all that wait share one question. jose's createRemoteJWKSet would forget every key as soon
 * as Latchkey cannot be reached, ask without a pause then, and read an answer of any size.
 */
export function remoteKeys({ url, clock, log }: Collaborators): KeySource {
  let keys: PublishedKeys = new Map()
  let loadedAt = Number.NEGATIVE_INFINITY
  /** When the last questions were asked, the newest at the end. */
  let askedAt: readonly number[] = []
  let failure: unknown = null
  let asking: Promise<void> | null = null

  return {
    algorithm: 'ES256',
    origin: url.href,
    async find(kid) {
      const mustWait = !keys.has(kid) || !canAnswerNow()
      const asked = mustWait || !isWithin(refreshMs, loadedAt) ? askIfDue() : null
      if (mustWait) await asked
      const found = keys.get(kid)
      if (found && isWithin(usableMs, loadedAt)) return found.key
      if (asked && failure === null) return null
      throw new TokenRefused('keys_unavailable', failure === null ? notYet(kid) : sentenceOf(failure), {
        cause: failure ?? undefined,
        retryAfterSeconds: pauseLeftSeconds(),
      })
    },
  }

  /** Whether a key that is known counts without a question: while it is fresh, and for an hour of an outage. */
  function canAnswerNow(): boolean {
    if (isWithin(freshMs, loadedAt)) return true
    return failure !== null && isWithin(outageMs, askedAt.at(-1)) && isWithin(usableMs, loadedAt)
  }

  /** Whichever way the clock is set. */
  function isWithin(ms: number, since = Number.NEGATIVE_INFINITY): boolean {
    const age = clock.now().getTime() - since
    return age >= 0 && age < ms
  }

  /** The question that is on its way, or a new one; null: the last ones were asked just now. */
  function askIfDue(): Promise<void> | null {
    askedAt = askedAt.filter((at) => isWithin(outageMs, at))
    if (!asking && pauseBegan() !== undefined) return null
    asking ??= load().finally(() => {
      asking = null
    })
    return asking
  }

  /** When the question was asked after which there is a pause; undefined: there is none now. */
  function pauseBegan(): number | undefined {
    const recent = askedAt.filter((at) => isWithin(pauseMs, at))
    return recent.at(failure === null ? -questionsInPause : -1)
  }

  function pauseLeftSeconds(): number {
    const began = pauseBegan()
    if (began === undefined) return 1
    return Math.max(1, Math.ceil((began + pauseMs - clock.now().getTime()) / 1000))
  }

  async function load(): Promise<void> {
    askedAt = [...askedAt, clock.now().getTime()].slice(-questionsInPause)
    try {
      const { keys: listed, faults } = await fetchKeys(url, keys)
      keys = listed
      loadedAt = clock.now().getTime()
      failure = listed.size > 0 || faults.length === 0 ? null : new Error(faults.join('; '))
      if (faults.length > 0) log.warn({ faults }, sentenceOf(faults.join('; ')))
    } catch (error) {
      failure = error
      log.warn({ err: error }, sentenceOf(error))
    }
  }

  function notYet(kid: string): string {
    return `No key is called ${JSON.stringify(kid).slice(0, 200)} yet, and ${url.href} was asked just now.`
  }

  function sentenceOf(error: unknown): string {
    return `The keys of Latchkey could not be read from ${url.href}: ${error instanceof Error ? error.message : error}.`
  }
}
