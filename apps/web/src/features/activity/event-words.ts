import type { ActivityEvent, ActivityKind } from '@latchkey/contracts'
import { words } from '../../words/en/activity.ts'

export interface EventWords {
  title: string
  /** What it means, and what to do about it. */
  meaning: string | null
  /** alarm: somebody may be attacking the account. check: worrying only if it was somebody else. */
  weight: 'plain' | 'check' | 'alarm'
}

const weights: Record<ActivityKind, EventWords['weight']> = {
  registered: 'plain',
  signed_in: 'plain',
  new_device: 'check',
  new_network: 'check',
  signed_out: 'plain',
  session_revoked: 'plain',
  copied_session_refused: 'alarm',
  token_reused: 'alarm',
  answered_elsewhere: 'check',
  password_changed: 'plain',
  password_reset: 'check',
  password_removed: 'check',
  email_verified: 'plain',
  email_changed: 'check',
  email_change_cancelled: 'plain',
  email_change_undone: 'check',
  username_changed: 'plain',
  language_changed: 'plain',
  account_disabled: 'plain',
  account_enabled: 'plain',
  roles_changed: 'plain',
  totp_enabled: 'check',
  totp_disabled: 'check',
  recovery_codes_renewed: 'check',
  recovery_code_used: 'check',
  recovery_codes_low: 'check',
  factor_asked: 'check',
  factor_failed: 'check',
  failed_factors: 'alarm',
  browser_trusted: 'check',
  browser_untrusted: 'plain',
  factors_reset_requested: 'alarm',
  factors_reset_cancelled: 'plain',
  factors_reset: 'alarm',
  failed_sign_ins: 'alarm',
  passkey_added: 'check',
  passkey_removed: 'check',
  passkey_refused: 'check',
  passkey_counter_back: 'alarm',
}

export function wordsFor({ kind, sessionId }: Pick<ActivityEvent, 'kind' | 'sessionId'>): EventWords {
  if (kind === 'session_revoked' && sessionId === null) return plain(words.severalSessionsEnded)
  // A newer server may know more kinds than this page.
  if (!Object.hasOwn(weights, kind)) return plain(words.unknownEvent(inWords(kind)))
  const { title, meaning }: { title: string; meaning?: string } = words.events[kind]
  return { title, meaning: meaning ?? null, weight: weights[kind] }
}

const plain = (title: string): EventWords => ({ title, meaning: null, weight: 'plain' })

/** 'something_new' → "Something new". */
const inWords = (kind: string) => kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll('_', ' ')

export const isAlarming = (event: ActivityEvent): boolean => wordsFor(event).weight === 'alarm'
