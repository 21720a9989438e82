import type { SessionState } from '@latchkey/auth-client'

type SignedOut = Extract<SessionState, { status: 'signedOut' }>

/** Why the sign-in page is here, for somebody who was signed in a moment ago; null for everybody else. */
export function signedOutSentence({ reason, code }: SignedOut): string | null {
  switch (reason) {
    case 'anonymous':
      return null
    case 'signedOut':
      return 'You are signed out.'
    case 'ended':
      return endedSentence(code)
  }
}

function endedSentence(code: SignedOut['code']): string {
  switch (code) {
    case 'refresh_token_expired':
      return 'You were away for a while, so your session ran out. Sign in to go on.'
    case 'refresh_token_revoked':
      return 'This session was ended, here or from another device. Sign in to go on.'
    case 'refresh_token_reused':
      return 'An old copy of your session was used a second time, so it was ended to keep you safe. Sign in again, and change your password if you don’t know why.'
    case 'refresh_token_locked':
      return 'This browser no longer holds the key to your session, so it can’t go on. Sign in to start a new one.'
    default:
      return 'Your session is no longer valid. Sign in to go on.'
  }
}
