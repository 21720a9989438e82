import type { SessionState } from '@latchkey/auth-client'

type SignedOut = Extract<SessionState, { status: 'signedOut' }>

/** Tells somebody who was signed in a moment ago why they are back at the sign-in page; null for everybody else. */
export function signedOutSentence({ reason, code }: SignedOut): string | null {
  switch (reason) {
    case 'anonymous':
      return null
    case 'signedOut':
      return 'You are signed out.'
    case 'notKept':
      return 'Your browser kept no cookies, so your sign-in has ended. Allow cookies for this site, then sign in again.'
    case 'ended':
      return endedSentence(code)
  }
}

function endedSentence(code: SignedOut['code']): string {
  switch (code) {
    case 'refresh_token_expired':
      return 'You were away for a while, so your session expired. Sign in to continue.'
    case 'refresh_token_revoked':
      return 'This session was ended, here or from another device. Sign in to continue.'
    case 'refresh_token_reused':
      return 'An old copy of your session was used again, so we ended it to keep you safe. Sign in again. If you don’t know why this happened, change your password.'
    case 'refresh_token_locked':
      return 'This browser no longer has the key to your session. Sign in to start a new one.'
    case 'refresh_token_key_lost':
      return 'This browser forgot its key. Please sign in again.'
    default:
      return 'Your session is no longer valid. Sign in to continue.'
  }
}
