import type { ErrorCode, User } from '@latchkey/contracts'
import type { HeldToken } from './access-token.ts'
import type { Channel, ClientEnvironment } from './environment.ts'

/** What the tabs of one origin tell each other. It makes them look at the cookie, and believe that. */
export type TabMessage =
  | {
      type: 'token'
      accessToken: string
      expiresIn: number
      user: User
      generation: number
      ageMs: number
      sentAt: number
    }
  | { type: 'signedOut'; sid: string }
  | { type: 'ended'; sid: string; code: ErrorCode }

export interface Tabs {
  open(onMessage: (message: TabMessage) => void): void
  close(): void
  /** Whether other tabs can be heard. */
  isOpen(): boolean
  handRound(token: HeldToken): void
  tell(message: TabMessage): void
}

export function createTabs(
  openChannel: ClientEnvironment['openChannel'],
  name: string,
  wallNow: () => number,
): Tabs {
  let channel: Channel | null = null

  function tell(message: TabMessage) {
    channel?.post(message)
  }

  return {
    open(onMessage) {
      channel ??= openChannel(name, (message) => {
        if (isTabMessage(message)) onMessage(message)
      })
    },
    close() {
      channel?.close()
      channel = null
    },
    isOpen: () => channel !== null,
    tell,
    handRound(token) {
      tell({
        type: 'token',
        accessToken: token.raw,
        expiresIn: token.expiresInSeconds,
        user: token.user,
        generation: token.generation,
        ageMs: token.age().monotonicMs,
        sentAt: wallNow(),
      })
    },
  }
}

// A tab may run another release of this code.
function isTabMessage(message: unknown): message is TabMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false
  if (message.type === 'token') {
    return 'ageMs' in message && typeof message.ageMs === 'number' && 'sentAt' in message
  }
  const names = ['signedOut', 'ended']
  return names.includes(String(message.type)) && 'sid' in message && typeof message.sid === 'string'
}
