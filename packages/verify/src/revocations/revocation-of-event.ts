import type { WebhookEvent } from '../webhooks/read-webhook.ts'
import type { Revocation } from './revocation.ts'

/** Twice as long as any access token lives, for clocks that differ. */
const keptMs = 2 * 3600 * 1000

/** What a webhook says of access tokens; null: nothing. What does not say which epoch lives says that none does. */
export function revocationOfEvent({ type, timestamp, data }: WebhookEvent, now: Date): Revocation | null {
  if (type !== 'session.ended' && type !== 'tokens.revoked') return null
  const { userId, sessionId, epoch, reason } = data
  const id = sessionId ?? userId
  if (typeof id !== 'string') return null
  return {
    id,
    epoch: typeof epoch === 'number' ? epoch : null,
    reason: type === 'tokens.revoked' ? null : typeof reason === 'string' ? reason : 'unknown',
    at: timestamp,
    until: new Date(now.getTime() + keptMs),
  }
}
