import type { mongo } from 'mongoose'
import type { EndedRequest } from '../../http/request-log.ts'
import { poolMetrics } from './database-pool.ts'
import { withPatience } from './patience.ts'
import { processMetrics } from './process.ts'
import { createRegistry } from './registry.ts'
import { requestMetrics } from './requests.ts'

const countMs = 1000
const waitBounds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const refreshes = [
  'rotated',
  'answered',
  'refresh_token_missing',
  'refresh_token_invalid',
  'refresh_token_expired',
  'refresh_token_revoked',
  'refresh_token_reused',
  'refresh_token_locked',
  'refresh_token_key_lost',
  'refresh_token_forwarded',
  'session_moved',
  'cross_site_page',
  'rate_limited',
  'database_unavailable',
]
const mailOutcomes = ['sent', 'dropped', 'postponed', 'refused']
const webhookOutcomes = ['delivered', 'postponed', 'failed', 'lost']
const noWebhooks = { due: 0, later: 0, failed: 0 }

/** What is looked at when somebody asks, so that nothing is counted on the way of a request. */
interface Watched {
  revocations: { readonly lagSeconds: number; readonly size: number }
  passwords: { load(): { waiting: number; running: number } }
  mailQueue: { size(): Promise<{ due: number; later: number }> }
  /** Null: there is no endpoint. */
  webhooks: { size(): Promise<{ due: number; later: number; failed: number }> } | null
}

/** What the parts report to, each by a listener of its own. */
export interface Listeners {
  requestEnded(ended: EndedRequest): void
  refreshEnded(outcome: string): void
  limitHit(limit: string): void
  hashBegan(waitedMs: number): void
  hashRefused(): void
  mailAttempted(outcome: string): void
  webhookEnded(outcome: string): void
  clientCreated(client: mongo.MongoClient): void
}

export type OperationMetrics = Awaited<ReturnType<typeof createMetrics>>

/** All metrics of one process. The library is loaded here, so that without metrics nobody waits for it. */
export async function createMetrics() {
  const metrics = createRegistry(await import('prom-client'))
  const { counter, total, gauge, histogram } = metrics

  const requestEnded = requestMetrics(metrics)
  const ended = counter('latchkey_refreshes_total', 'Refreshes, by how they ended', 'verdict', refreshes)
  const limits = counter('latchkey_limit_refusals_total', 'Requests that a limit refused, by limit', 'limit')
  const waited = histogram('latchkey_hash_wait_seconds', 'How long passwords waited to be hashed', {
    labels: [],
    bounds: waitBounds,
  })()
  let unhashed = 0
  total('latchkey_hash_refusals_total', 'Passwords for which the queue had no room', () => unhashed)
  const mails = counter(
    'latchkey_mails_total',
    'Attempts at mails, by how they ended',
    'outcome',
    mailOutcomes,
  )
  const webhooks = counter(
    'latchkey_webhooks_total',
    'Attempts at webhooks, by how they ended, and events that were lost before, at all endpoints or at one',
    'outcome',
    webhookOutcomes,
  )
  const clientCreated = poolMetrics(metrics)
  const stop = processMetrics(metrics)

  const listeners: Listeners = {
    requestEnded,
    clientCreated,
    refreshEnded: (verdict) => ended.inc({ verdict }),
    limitHit: (limit) => limits.inc({ limit }),
    hashBegan: (waitedMs) => waited.observe(waitedMs / 1000),
    hashRefused: () => void unhashed++,
    mailAttempted: (outcome) => mails.inc({ outcome }),
    webhookEnded: (outcome) => webhooks.inc({ outcome }),
  }

  return {
    listeners,
    contentType: metrics.contentType,

    /** Everything in Prometheus' text format. */
    text: () => metrics.text(),

    /** Reads these whenever somebody asks. */
    watch({ revocations, passwords, mailQueue, webhooks }: Watched): void {
      gauge(
        'latchkey_revocation_feed_lag_seconds',
        'How old is what this process knows of ended sessions',
        () => revocations.lagSeconds,
      )
      gauge('latchkey_revocations', 'Ended sessions and users that are remembered', () => revocations.size)
      gauge('latchkey_hash_queue', 'Passwords to be hashed, by state', () => passwords.load(), 'state')
      gauge(
        'latchkey_mail_queue',
        'Mails in the queue of all processes, by state',
        // Only the database knows. While it is away the others are still told.
        withPatience(countMs, () => mailQueue.size()),
        'state',
      )
      gauge(
        'latchkey_webhook_outbox',
        'Webhooks in the outbox of all processes, by state',
        withPatience(countMs, async () => (await webhooks?.size()) ?? noWebhooks),
        'state',
      )
    },

    stop,
  }
}
