import { createHash, randomBytes } from 'node:crypto'
import type { ActivityKind, AuthenticationMethod } from '@latchkey/contracts'
import type { Revoked } from '@latchkey/sessions'

/** Something that receivers are told. What it holds opens nothing: ids, and words of ours. */
export interface WebhookEvent {
  /** The `webhook-id`. */
  id: string
  type: WebhookType
  at: Date
  userId: string
  data: Readonly<Record<string, unknown>>
}

/** What a receiver can meet; docs/webhooks.md says when, and with what. */
export type WebhookType =
  | 'user.registered'
  | 'user.updated'
  | 'user.disabled'
  | 'user.enabled'
  | 'user.deleted'
  | 'session.started'
  | 'session.ended'
  | 'tokens.revoked'
  | 'factor.added'
  | 'factor.removed'
  | 'webhook.test'

/** A security event, as far as receivers are told of it. */
interface Happened {
  kind: ActivityKind
  userId: { toString(): string }
  sessionId: { toString(): string } | null
  amr?: readonly AuthenticationMethod[] | null | undefined
  /** Whether it took passkeys away, which no event of their own tells. */
  passkeysRemoved?: boolean | undefined
}

/** A type and what it says beside whose it is. */
type Telling = readonly [type: WebhookType, data: Readonly<Record<string, unknown>>]

const started = ({ sessionId, amr }: Happened): Telling[] =>
  sessionId === null ? [] : [['session.started', { sessionId: sessionId.toString(), amr: amr ?? ['pwd'] }]]
const updated =
  (...changed: string[]) =>
  (): Telling[] => [['user.updated', { changed }]]
const factor = (what: 'added' | 'removed', name: string) => (): Telling[] => [
  [`factor.${what}`, { factor: name }],
]
/** What is told of a change, and of the passkeys that went with it. */
const withPasskeys =
  (tell: () => Telling[]) =>
  ({ passkeysRemoved }: Happened): Telling[] => [
    ...tell(),
    ...(passkeysRemoved ? factor('removed', 'passkey')() : []),
  ]

/** What is told of the security events; of the others their owners alone read. Ended sessions are told by their revocation. */
const tellings: Partial<Record<ActivityKind, (event: Happened) => Telling[]>> = {
  registered: (event) => [['user.registered', {}], ...started(event)],
  signed_in: started,
  new_device: started,
  new_network: started,
  password_changed: updated('password'),
  // Whoever resets it has proved the address.
  password_reset: withPasskeys(updated('password', 'emailVerified')),
  password_removed: updated('password'),
  email_verified: updated('emailVerified'),
  email_changed: updated('email'),
  email_change_undone: withPasskeys(updated('email', 'password')),
  username_changed: updated('username'),
  roles_changed: updated('roles'),
  account_disabled: () => [['user.disabled', {}]],
  account_enabled: () => [['user.enabled', {}]],
  totp_enabled: factor('added', 'totp'),
  totp_disabled: factor('removed', 'totp'),
  passkey_added: factor('added', 'passkey'),
  passkey_removed: factor('removed', 'passkey'),
  factors_reset: factor('removed', 'all'),
}

const newId = () => `msg_${randomBytes(16).toString('base64url')}`

/** What receivers are told of a security event: often nothing. */
export function eventsOf(event: Happened, at: Date): WebhookEvent[] {
  const userId = event.userId.toString()
  return (tellings[event.kind]?.(event) ?? []).map(([type, data]) => ({
    id: newId(),
    type,
    at,
    userId,
    data: { userId, ...data },
  }))
}

/**
 * What receivers are told of a revocation. The ids follow from it, so that every process that learns of it makes the same
 * events. `sessionId` null: it is about every session of the user.
 */
export function eventsOfRevocation({ id, userId, epoch, reason }: Revoked, at: Date): WebhookEvent[] {
  const event = (type: WebhookType, data: object): WebhookEvent => ({
    id: `msg_${createHash('sha256').update(`${type}:${id}:${epoch}`).digest('base64url').slice(0, 22)}`,
    type,
    at,
    userId,
    data: { userId, ...data },
  })
  const which = { sessionId: id === userId ? null : id, epoch }
  if (reason === null) return [event('tokens.revoked', which)]
  const ended = event('session.ended', { ...which, reason })
  // Every token of a user dies for ever with the account, and with nothing else.
  return id === userId && epoch === null ? [ended, event('user.deleted', {})] : [ended]
}

/** For trying out an endpoint. */
export const testEvent = (at: Date): Pick<WebhookEvent, 'id' | 'type' | 'at' | 'data'> => ({
  id: newId(),
  type: 'webhook.test',
  at,
  data: {},
})

/** What is sent (Standard Webhooks, "payload structure"). */
export const bodyOf = ({ type, at, data }: Pick<WebhookEvent, 'type' | 'at' | 'data'>): string =>
  JSON.stringify({ type, timestamp: at.toISOString(), data })
