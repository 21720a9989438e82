import type { Language, User } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { Device } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import type { Accounts } from '../users/accounts.ts'

interface Collaborators {
  accounts: Pick<Accounts, 'setLanguage'>
  events: Pick<SecurityEvents, 'record'>
}

interface From {
  userId: string
  sessionId: string
  device: Device
}

export type MailLanguage = ReturnType<typeof createMailLanguage>

/** Choosing the language that one is written to in. */
export const createMailLanguage = ({ accounts, events }: Collaborators) => ({
  /** For somebody who is signed in. Throws AuthError `access_token_revoked` when that session has ended. */
  async choose(language: Language, { userId, sessionId, device }: From): Promise<User> {
    const spoken = await accounts.setLanguage(userId, sessionId, language)
    if (!spoken) throw new AuthError('access_token_revoked')
    if (spoken.changed) await events.record({ kind: 'language_changed', userId, sessionId, device })
    return spoken.user
  },
})
