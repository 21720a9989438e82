import type { Clock } from '../options.ts'
import type { SignatureKeys } from './signature.ts'
import { WebhookRefused } from './webhook-refused.ts'

/** What Latchkey tells. Which types there are, and with what `data`: docs/webhooks.md of Latchkey. */
export interface WebhookEvent {
  /** The same when it comes again. */
  readonly id: string
  readonly type: string
  /** When it happened. */
  readonly timestamp: Date
  readonly data: Readonly<Record<string, unknown>>
}

/** Headers as the Fetch API or Node has them. */
export type WebhookHeaders =
  | Pick<Headers, 'get'>
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** How far apart clocks may be, and how old what is repeated, in seconds (Standard Webhooks). */
const toleranceSeconds = 300
export const maxBodyBytes = 64 * 1024

/**
 * An event of Latchkey from the body of a request to the letter and its headers. Rejects with WebhookRefused, and believes
 * nothing that is not signed. The body is read once the headers are those of a webhook of now.
 */
export async function readWebhook(
  { keys, clock }: { keys: SignatureKeys; clock: Clock },
  readBody: () => unknown,
  headers: WebhookHeaders,
): Promise<WebhookEvent> {
  const id = headerIn(headers, 'webhook-id')
  const timestamp = headerIn(headers, 'webhook-timestamp')
  const signatures = headerIn(headers, 'webhook-signature')
  refuseOld(timestamp, clock)
  const body = textOf(await readBody())
  if (!(await keys.accept({ id, timestamp, body, signatures })))
    throw new WebhookRefused(
      'signature',
      'The webhook is signed with another secret than `webhookSecret`, or its body was changed on the way.',
    )
  return eventIn(body, id)
}

function headerIn(headers: WebhookHeaders, name: string): string {
  const value = typeof headers.get === 'function' ? headers.get(name) : memberOf(headers, name)
  if (typeof value === 'string' && value !== '') return value
  throw new WebhookRefused('headers', `The webhook has no header ${name}, so it is none of Latchkey.`)
}

/** In upper or lower case, and alone in a list, as servers without Fetch have them. */
function memberOf(headers: object, name: string): unknown {
  const values = Object.entries(headers).flatMap(([each, value]) =>
    each.toLowerCase() === name ? value : [],
  )
  return values.length === 1 ? values[0] : undefined
}

function textOf(rawBody: unknown): string {
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array))
    throw new WebhookRefused(
      'body',
      'The signature is of the body to the letter, and this one was parsed already. Take webhooks before express.json().',
    )
  if (rawBody.length > maxBodyBytes) throw tooLong()
  return typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody)
}

export const tooLong = () =>
  new WebhookRefused('body', `The body is longer than ${maxBodyBytes / 1024} kB, so it is none of Latchkey.`)

function refuseOld(timestamp: string, clock: Clock): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookRefused('headers', 'webhook-timestamp is no number.')
  const ageSeconds = Math.round(clock.now().getTime() / 1000 - Number(timestamp))
  if (Math.abs(ageSeconds) <= toleranceSeconds) return
  throw new WebhookRefused(
    'timestamp',
    `The webhook was sent ${ageSeconds} seconds ago, and ${toleranceSeconds} are allowed: it is a repetition, or a clock is wrong.`,
  )
}

function eventIn(body: string, id: string): WebhookEvent {
  const { type, timestamp, data } = objectIn(body)
  const at = new Date(String(timestamp))
  if (typeof type === 'string' && !Number.isNaN(at.getTime()) && typeof data === 'object' && data !== null)
    return { id, type, timestamp: at, data: data as WebhookEvent['data'] }
  throw new WebhookRefused('body', 'The webhook has no type, timestamp and data.')
}

function objectIn(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body))
  } catch (cause) {
    throw new WebhookRefused('body', 'The body of the webhook is no JSON.', cause)
  }
}
