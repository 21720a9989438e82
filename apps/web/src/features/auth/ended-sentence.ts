import type { SessionState } from '@latchkey/auth-client'
import { words } from '../../words/en/entrance.ts'

type SignedOut = Extract<SessionState, { status: 'signedOut' }>

/** Tells somebody who was signed in a moment ago why they are back at the sign-in page; null for everybody else. */
export function signedOutSentence({ reason, code }: SignedOut): string | null {
  switch (reason) {
    case 'anonymous':
      return null
    case 'signedOut':
      return words.signedOut
    case 'notKept':
      return words.notKept
    case 'ended':
      return words.ended[code as keyof typeof words.ended] ?? words.ended.refresh_token_invalid
  }
}
