import { slug } from '@latchkey/brand'
import type { Clock } from '@latchkey/contracts/server'
import { post, type Reply } from './post.ts'
import { guardedLookup, type Resolve, refuseAddress } from './reachable-address.ts'
import { signatureHeaders } from './signature.ts'

/** A receiver may ask for a day of rest, and no more. */
const longestRestSeconds = 86_400

/** Where webhooks go. */
export interface Endpoint {
  /** In the database, for an address may hold a secret; the same as long as the address is. */
  readonly key: string
  readonly url: string
  /** For people. */
  readonly host: string
  /** Signed with each of them. */
  readonly secrets: readonly string[]
  /** Whether it may lie in a private network. */
  readonly mayBePrivate: boolean
}

/**
 * What came of one attempt: `delivered`; `refused`, it is tried again; `gone`, nothing is wanted there any more (410).
 * `answer`: a status, or why there was none. Never repeats the address or a secret.
 */
export interface Outcome {
  kind: 'delivered' | 'refused' | 'gone'
  answer: string
  /** Not to be tried again before so many seconds. */
  restSeconds: number
}

interface Collaborators {
  clock: Clock
  /** How long a receiver may take to answer. */
  timeoutMs: number
  /** How names become addresses. Default: the system's way. */
  resolve?: Resolve | undefined
}

/** Hands one event to one endpoint, signed. Never rejects. */
export const createDeliver =
  ({ clock, timeoutMs, resolve }: Collaborators) =>
  async (endpoint: Endpoint, { id, body }: { id: string; body: string }): Promise<Outcome> => {
    const { url, secrets, mayBePrivate } = endpoint
    const at = clock.now()
    try {
      const target = new URL(url)
      const reach = { mayBePrivate, mustBePrivate: target.protocol === 'http:' }
      refuseAddress(target.hostname, reach)
      const reply = await post(target, {
        headers: { 'user-agent': `${slug}-webhooks`, ...signatureHeaders(secrets, { id, body, at }) },
        body,
        lookup: guardedLookup(reach, resolve),
        timeoutMs,
      })
      return outcomeOf(reply, at)
    } catch (error) {
      return { kind: 'refused', answer: whyNone(error, timeoutMs), restSeconds: 0 }
    }
  }

/** Standard Webhooks, "delivery": what is not a 2xx has failed, a redirect too. */
function outcomeOf({ status, retryAfter }: Reply, now: Date): Outcome {
  const kind = status >= 200 && status < 300 ? 'delivered' : status === 410 ? 'gone' : 'refused'
  return { kind, answer: String(status), restSeconds: restOf(retryAfter, now) }
}

/** `Retry-After`: a number of seconds, or a date (RFC 9110 §10.2.3). */
function restOf(retryAfter: string | undefined, now: Date): number {
  if (!retryAfter) return 0
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - now.getTime()) / 1000
  return Math.min(Math.max(0, Math.ceil(seconds) || 0), longestRestSeconds)
}

/** The code of an error: its words may hold the address. */
function whyNone(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'AbortError') return `no answer in ${timeoutMs / 1000} s`
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
