import { Types } from 'mongoose'
import { inUse } from './held-keys.ts'
import { partsOf } from './search-parts.ts'
import { emailKey, type UserRecord, usernameKey } from './user.model.ts'

type Chosen = Pick<UserRecord, 'username' | 'email' | 'passwordHash'>

/** The document of somebody new who is signed in nowhere, whether they registered or came from elsewhere. */
export function newUser({ username, email, passwordHash }: Chosen, now: Date): UserRecord {
  const keys = { usernameKey: usernameKey(username), emailKey: emailKey(email) }
  return {
    _id: new Types.ObjectId(),
    username,
    usernameKey: keys.usernameKey,
    email,
    emailKey: keys.emailKey,
    heldUsernames: inUse(keys.usernameKey),
    heldEmails: inUse(keys.emailKey),
    usernameParts: partsOf(keys.usernameKey),
    emailParts: partsOf(keys.emailKey),
    emailVerifiedAt: null,
    disabledAt: null,
    passwordChangedAt: now,
    passwordChanges: 0,
    passwordResets: 0,
    passwordHash,
    roles: ['user'],
    refreshTokens: [],
    lastSeenAt: null,
    epoch: 0,
    knownDevices: [],
    createdAt: now,
    updatedAt: now,
  }
}
