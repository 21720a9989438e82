import { Types } from 'mongoose'
import { inUse } from './held-keys.ts'
import { partsOf } from './search-parts.ts'
import { emailKey, type UserRecord, usernameKey } from './user.model.ts'

interface Chosen extends Pick<UserRecord, 'username' | 'email' | 'passwordHash'> {
  /** Of the address, where it is known already. */
  emailKey?: string
  /** False: search-parts.ts gives them later, and until then the beginnings are what is found. */
  inParts?: boolean
}

/** The document of somebody new who is signed in nowhere, whether they registered or came from elsewhere. */
export function newUser(chosen: Chosen, now: Date): UserRecord {
  const { username, email, passwordHash, inParts = true } = chosen
  const keys = { usernameKey: usernameKey(username), emailKey: chosen.emailKey ?? emailKey(email) }
  return {
    _id: new Types.ObjectId(),
    username,
    usernameKey: keys.usernameKey,
    email,
    emailKey: keys.emailKey,
    heldUsernames: inUse(keys.usernameKey),
    heldEmails: inUse(keys.emailKey),
    ...(inParts && { usernameParts: partsOf(keys.usernameKey), emailParts: partsOf(keys.emailKey) }),
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
