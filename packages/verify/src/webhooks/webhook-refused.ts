import { type Problem, problemResponse } from '../problem.ts'

const answers = {
  /** A header of Standard Webhooks is missing, or no number. */
  headers: 400,
  /** It is more than five minutes old, or of the future: a repetition, or one of the clocks is wrong. */
  timestamp: 401,
  /** It is signed with another secret, or the body was changed. */
  signature: 401,
  /** It is no event, or too long. */
  body: 400,
  /** The store of revocations did not take it. */
  store: 503,
}

export type WebhookFault = keyof typeof answers

/** A webhook that was not taken. `message` is for whoever runs the server; the sender is told the status and no more. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused'
  readonly reason: WebhookFault
  readonly status: number
  readonly headers: Readonly<Record<string, string>> = {}
  readonly body: Problem

  constructor(reason: WebhookFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
    this.status = answers[reason]
    const detail = 'This webhook was not taken.'
    this.body = { status: this.status, code: `webhook_${reason}`, detail, message: detail }
  }

  /** The answer in the shape of the Fetch API. */
  toResponse(): Response {
    return problemResponse(this)
  }
}
