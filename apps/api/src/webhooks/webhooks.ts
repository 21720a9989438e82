import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '@latchkey/contracts/server'
import type { Revoked } from '@latchkey/sessions'
import type { Logger } from 'pino'
import { createFailureLog } from '../queue/failure-log.ts'
import { createPause } from '../queue/pause.ts'
import { workOff } from '../queue/work-off.ts'
import { createDeliver, type Endpoint, type Outcome } from './deliver.ts'
import type { WebhookDelivery, WebhookDeliveryModel } from './webhook-delivery.model.ts'
import { bodyOf, eventsOf, eventsOfRevocation, testEvent, type WebhookEvent } from './webhook-event.ts'
import { backoffSeconds, createWebhookOutbox, triedSeconds } from './webhook-outbox.ts'

const stopMs = 4000
const unwrittenRetryMs = 1000
/** Between two looks for what waits for a former address. */
const strandedMs = 60_000
/** So many events wait in memory for a database that is away; then the oldest are lost. */
const unwrittenLimit = 10_000
/** So many are written at one go. */
const batchSize = 200

/**
 * What came of one attempt: `delivered`; `postponed`, it is tried again; `failed`, given up. `lost`: of an event that never
 * came as far, be it at one endpoint.
 */
export type WebhookOutcome = 'delivered' | 'postponed' | 'failed' | 'lost'

interface Collaborators {
  model: WebhookDeliveryModel
  endpoints: readonly Endpoint[]
  clock: Clock
  log: Logger
  /** To how many users' events one process attends side by side, at each endpoint. */
  atOnce: number
  /** Between two looks at the outbox. */
  pollMs: number
  /** How long a receiver may take to answer. */
  timeoutMs: number
  /** Told of each attempt how it ended, and of each event for which there will be none. */
  onOutcome?: ((outcome: WebhookOutcome) => void) | undefined
}

export type Webhooks = ReturnType<typeof createWebhooks>

/**
 * Tells other services what happens here, at least once each, from an outbox in the database: no request waits for a
 * receiver, and of several processes one sends each. Endpoints do not wait for each other.
 */
export function createWebhooks(collaborators: Collaborators) {
  const { model, endpoints, clock, log, atOnce, pollMs, timeoutMs, onOutcome } = collaborators
  const hosts = new Map(endpoints.map(({ key, host }) => [key, host]))
  const outbox = createWebhookOutbox({ model, clock, endpoints: [...hosts.keys()], onUnchangeable })
  const deliver = createDeliver({ clock, timeoutMs })
  const stopping = new AbortController()
  const workers = endpoints.map((endpoint) => ({ endpoint, pause: createPause(pollMs) }))
  const unwritten: WebhookEvent[] = []
  let writing: Promise<void> | undefined
  let retrying: NodeJS.Timeout | undefined
  let working: Promise<unknown> | undefined

  return {
    /** Puts what a security event means to receivers into the outbox. Nobody waits for it: it has happened anyway. */
    tell(event: Parameters<typeof eventsOf>[0]): void {
      const at = clock.now()
      put(made(() => eventsOf(event, at), event.kind))
    },

    /** The same for revocations. Nobody waits for it: should it fail, others that learn of them do it. */
    tellRevoked(revoked: readonly Revoked[]): void {
      const at = clock.now()
      put(revoked.flatMap((each) => made(() => eventsOfRevocation(each, at), 'a revocation')))
    },

    /** Sends what is due, and goes on until stopped. */
    start(): void {
      working ??= Promise.all([...workers.map(work), lookAfterStranded()])
    },

    /** Resolves when what is being written and sent is done, or has taken too long: then it is sent after its lease. */
    async stop(): Promise<void> {
      stopping.abort()
      for (const { pause } of workers) pause.wake()
      const done = Promise.all([working, write()])
      await Promise.race([done, delay(stopMs, undefined, { ref: false })])
    },

    size: () => outbox.size(),

    /** How many wait for an address that is not set any more. */
    stranded: () => outbox.stranded(),

    /** What receivers did not take, each with the host it is for. */
    async troubled(): Promise<(WebhookDelivery & { host: string })[]> {
      return (await outbox.troubled()).map((each) => ({ ...each, host: hosts.get(each.endpoint) ?? '' }))
    },

    retry: (eventId: string | null) => outbox.retry(eventId),

    /** Sends an event that says nothing to each endpoint, past the outbox, and tells what came of it. */
    test: () =>
      Promise.all(
        endpoints.map(async (endpoint) => {
          const event = testEvent(clock.now())
          const { kind, answer } = await deliver(endpoint, { id: event.id, body: bodyOf(event) })
          return { host: endpoint.host, delivered: kind === 'delivered', answer }
        }),
      ),
  }

  /** None where making them fails: whatever it is, it ends neither what has happened nor what is told behind it. */
  function made(make: () => WebhookEvent[], what: string): WebhookEvent[] {
    try {
      return make()
    } catch (error) {
      onOutcome?.('lost')
      log.error({ err: error, what }, 'an event for webhooks was lost: it cannot be made')
      return []
    }
  }

  function put(events: readonly WebhookEvent[]): void {
    for (const event of events) unwritten.push(event)
    void write()
  }

  /** Writes everything that is unwritten, or tries again later. Whoever asks meanwhile waits for the same. */
  async function write(): Promise<void> {
    if (unwritten.length > 0) writing ??= writeAll()
    await writing
  }

  async function writeAll(): Promise<void> {
    try {
      while (unwritten.length > 0) {
        const batch = unwritten.slice(0, batchSize)
        const refused = await outbox.add(batch)
        unwritten.splice(0, batch.length)
        // Once for each event, to however many endpoints it was to go.
        for (const [event, error] of new Map(refused.map(({ event, error }) => [event, error]))) {
          onOutcome?.('lost')
          const facts = { webhook: event.type, event: event.id }
          log.error({ err: error, ...facts }, 'an event for webhooks was lost: it can never be stored')
        }
        for (const { pause } of workers) pause.wake()
      }
    } catch (error) {
      const kept = stopping.signal.aborted ? 0 : unwrittenLimit
      const lost = unwritten.splice(0, Math.max(0, unwritten.length - kept)).length
      for (let each = 0; each < lost; each++) onOutcome?.('lost')
      if (lost > 0) log.error({ err: error, lost }, 'events for webhooks were lost: the database is away')
      else log.warn({ err: error }, 'events for webhooks could not be written yet; trying again')
      if (!stopping.signal.aborted) {
        clearTimeout(retrying)
        retrying = setTimeout(() => void write(), unwrittenRetryMs).unref()
      }
    } finally {
      // In the same breath in which nothing was left, or what comes now would wait for nobody.
      writing = undefined
    }
  }

  function onUnchangeable(
    { type, eventId, endpoint }: WebhookDelivery,
    error: unknown,
    retryInSeconds: number | null,
  ): void {
    const facts = { webhook: type, event: eventId, endpoint: hosts.get(endpoint), err: error }
    if (retryInSeconds === null) {
      onOutcome?.('lost')
      log.error(facts, 'an event for webhooks was lost: the database refuses to change it')
    } else
      log.warn({ ...facts, retryInSeconds }, 'a webhook cannot be sent: the database refuses to change it')
  }

  async function work({ endpoint, pause }: (typeof workers)[number]): Promise<void> {
    const gone = new AbortController()
    const isOver = AbortSignal.any([stopping.signal, gone.signal])
    await workOff({
      take: () => outbox.take(endpoint.key),
      work: (delivery) => sendLine(endpoint, delivery, { gone, isOver }),
      most: atOnce,
      pause: () => pause.wait(),
      stopping: isOver,
      log,
      what: 'the webhooks',
    })
  }

  /**
   * Where there is one endpoint, it has taken the place of whichever was there before. Where there are several, nobody knows
   * which: then it is told. Never rejects.
   */
  async function lookAfterStranded(): Promise<void> {
    const [only, ...others] = endpoints
    const failed = createFailureLog(log, 'the webhooks for former addresses')
    while (only && !stopping.signal.aborted) {
      try {
        const moved = others.length === 0 ? await outbox.moveStranded(only.key) : 0
        if (moved > 0)
          log.warn({ webhooks: moved, endpoint: only.host }, 'webhooks for a former address go to this one')
        const stranded = others.length > 0 ? await outbox.stranded() : 0
        if (stranded > 0) log.warn({ webhooks: stranded }, strandedFor)
        if (others.length > 0) return
      } catch (error) {
        failed(error)
      }
      await delay(strandedMs, undefined, { signal: stopping.signal }).catch(() => {}) // told to stop
    }
  }

  /** Sends what one user's line holds, as long as it is taken. Never throws: what could not be noted is sent again. */
  async function sendLine(
    endpoint: Endpoint,
    first: WebhookDelivery,
    { gone, isOver }: { gone: AbortController; isOver: AbortSignal },
  ): Promise<void> {
    try {
      for (let next: WebhookDelivery | null = first; next; next = await outbox.takeNext(next)) {
        if (isOver.aborted) return await outbox.release(next)
        const outcome = await deliver(endpoint, { id: next.eventId, body: next.body })
        if (outcome.kind === 'gone') gone.abort()
        if (!(await settle(endpoint, next, outcome))) return
      }
    } catch (error) {
      log.debug({ err: error }, 'what became of a webhook could not be noted')
    }
  }

  /** Whether the next in line may go. */
  async function settle(endpoint: Endpoint, delivery: WebhookDelivery, outcome: Outcome): Promise<boolean> {
    const { kind, answer, restSeconds } = outcome
    const { type, eventId, attempts, createdAt } = delivery
    const facts = { webhook: type, event: eventId, endpoint: endpoint.host, attempts, answer }
    if (kind === 'delivered') {
      onOutcome?.('delivered')
      await outbox.delivered(delivery, answer)
      log.info(facts, 'webhook')
      return true
    }
    const seconds = Math.max(restSeconds, backoffSeconds(attempts))
    const until = createdAt.getTime() + triedSeconds * 1000
    if (kind === 'gone' || clock.now().getTime() + seconds * 1000 > until) {
      onOutcome?.('failed')
      await outbox.failed(delivery, answer)
      log.error(facts, kind === 'gone' ? goneFor : 'a webhook was given up')
      return true
    }
    onOutcome?.('postponed')
    await outbox.postponed(delivery, answer, seconds)
    log.warn({ ...facts, retryInSeconds: seconds }, 'a webhook was not delivered')
    return false
  }
}

const strandedFor =
  'webhooks wait for an address that WEBHOOK_URL does not name any more: they are sent when it does again, and dropped after ten days'

const goneFor = 'the endpoint wants no webhooks any more (410): until a restart none is sent there'
