import type { User } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import type { Device } from '@latchkey/sessions'
import { Types } from 'mongoose'
import type { SecurityEvents } from '../events/security-events.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import { usernameKey } from '../users/user.model.ts'
import { refuseMisleading } from '../users/username-policy.ts'

interface Collaborators {
  accounts: Accounts
  events: SecurityEvents
}

export type Usernames = ReturnType<typeof createUsernames>

/** Changing the name that one signs in with. */
export const createUsernames = ({ accounts, events }: Collaborators) => ({
  /**
   * For somebody who is signed in. Throws AuthError `username_taken`, `validation_failed` for a misleading name, or
   * `access_token_revoked` when the session has ended or the account has another password by now.
   */
  async change(
    user: Credentials,
    username: string,
    { sessionId, device }: { sessionId: string; device: Device },
  ): Promise<User> {
    // Who has such a name keeps it, and may write it in capitals.
    if (usernameKey(username) !== usernameKey(user.username)) refuseMisleading(username)
    const renamed = await accounts.changeUsername(user, username, sessionId)
    if (!renamed) throw new AuthError('access_token_revoked')
    const ids = { userId: user._id, sessionId: new Types.ObjectId(sessionId) }
    await events.record({ kind: 'username_changed', ...ids, device })
    return renamed
  },
})
