import type { Log } from '../options.ts'
import { problemType, type Refusal } from '../problem.ts'
import { TokenRefused } from '../token-refused.ts'
import { maxBodyBytes, tooLong, type WebhookEvent, type WebhookHeaders } from '../webhooks/read-webhook.ts'
import { WebhookRefused } from '../webhooks/webhook-refused.ts'

/** A request of `node:http`, Connect or Express, as far as it is read here. */
export interface ServerRequest extends AsyncIterable<Uint8Array | string> {
  headers: Readonly<Record<string, string | string[] | undefined>> & { authorization?: string | undefined }
  body?: unknown
  /** Whether the body was read to its end. */
  readableEnded?: boolean
}

/** An answer of `node:http`, Connect or Express, as far as it is written here. */
export interface ServerResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body?: string): unknown
}

type Next = (error?: unknown) => void

export type Guard = (req: ServerRequest, res: ServerResponse, next: Next) => Promise<void>
export type WebhookHandler = (req: ServerRequest, res: ServerResponse, next?: Next) => Promise<void>

/** Lets pass what `admit` lets in. A refusal is answered; whatever else goes wrong is the server's to handle. */
export function guardOf(admit: (req: ServerRequest) => Promise<void>): Guard {
  return async function authenticate(req, res, next) {
    try {
      await admit(req)
    } catch (error) {
      if (!(error instanceof TokenRefused)) return next(error)
      return answer(res, error)
    }
    next()
  }
}

/** Latchkey sends a webhook at once. */
const bodyTimeoutMs = 10_000

interface Taking {
  /** Rejects with WebhookRefused. */
  take(readBody: () => unknown, headers: WebhookHeaders): Promise<WebhookEvent>
  handle(event: WebhookEvent): unknown
  log: Pick<Log, 'warn'>
  /** How long the body may take. */
  timeoutMs?: number
}

/** Answers 204 to what was taken and handled. */
export function webhookHandler({ take, handle, log, timeoutMs = bodyTimeoutMs }: Taking): WebhookHandler {
  return async function receiveWebhook(req, res, next) {
    try {
      const event = await take(() => inTime(bodyOf(req), timeoutMs), req.headers).catch((error: unknown) => {
        if (!(error instanceof WebhookRefused)) throw error
        // Nobody waits for the rest of a body that is not wanted.
        if (!req.readableEnded) res.setHeader('Connection', 'close')
        answer(res, error)
      })
      if (!event) return
      await handle(event)
      res.statusCode = 204
      res.end()
    } catch (error) {
      if (next) return next(error)
      log.warn({ err: error }, 'A webhook could not be handled; Latchkey sends it again.')
      res.statusCode = 500
      res.end()
    }
  }
}

/** Rejects with WebhookRefused where the body does not come whole, or not in time. */
async function inTime<Body>(reading: Promise<Body>, timeoutMs: number): Promise<Body> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new WebhookRefused('body', 'The body of the webhook did not arrive in time.')),
      timeoutMs,
    )
  })
  try {
    return await Promise.race([reading, late])
  } catch (cause) {
    if (cause instanceof WebhookRefused) throw cause
    throw new WebhookRefused('body', 'The body of the webhook did not arrive whole.', cause)
  } finally {
    clearTimeout(timer)
  }
}

function answer(res: ServerResponse, { status, headers, body }: Refusal): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.setHeader('Content-Type', problemType)
  res.end(JSON.stringify(body))
}

/** The body to the letter: as somebody has read it already (`express.text()`, `express.raw()`), or from the wire. */
async function bodyOf(req: ServerRequest): Promise<string | Uint8Array> {
  // A parsed one is refused where it is read.
  if (req.readableEnded || typeof req.body === 'string' || req.body instanceof Uint8Array)
    return req.body as string
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of req) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    size += bytes.byteLength
    if (size > maxBodyBytes) throw tooLong()
    chunks.push(bytes)
  }
  const body = new Uint8Array(size)
  let position = 0
  for (const chunk of chunks) {
    body.set(chunk, position)
    position += chunk.byteLength
  }
  return body
}
