import type { AuthenticationMethod, Language } from '@latchkey/contracts'
import type { Device, DeviceId } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import { type Accounts, type Credentials, unchanged } from '../users/accounts.ts'
import { acquaintance, type KnownDevices } from '../users/known-devices.ts'
import type { SignedInUser, UserSessions } from '../users/user-identity.ts'

/** Where a sign-in comes from and how its session will be held. */
export interface SignIn {
  device: Device
  /** Null for a client without cookies, which is never a known device. */
  deviceId: DeviceId | null
  /** The lock of generation 0; null: an unbound client. */
  lock: string | null
  /** The browser's, of those that we write in. Null: none of them. */
  language: Language | null
}

interface Opened {
  /** What was shown, all of it (attempt.ts). */
  amr: readonly AuthenticationMethod[]
  /** What must still hold of the account. Default: that it is as it was read. */
  condition?: object
  /** When all of its factors were shown. Default: now. */
  authenticatedAt?: Date | undefined
}

interface Collaborators {
  accounts: Pick<Accounts, 'learnLanguage'>
  sessions: UserSessions
  knownDevices: KnownDevices
  events: SecurityEvents
}

export type Opening = ReturnType<typeof createOpening>

/** The last step of every sign-in: its session, and what its owner may want to know of it. */
export const createOpening =
  ({ accounts, sessions, knownDevices, events }: Collaborators) =>
  /** Null when the account is no longer as it was read. */
  async (
    user: Credentials,
    signIn: SignIn,
    { amr, condition = unchanged(user), authenticatedAt }: Opened,
  ): Promise<SignedInUser | null> => {
    const { device, deviceId, lock, language } = signIn
    const session = sessions.begin({
      device,
      lock,
      deviceIdHash: deviceId?.idHash ?? null,
      amr,
      ...(authenticatedAt && { authenticatedAt }),
    })
    const signedIn = await sessions.issue(user._id, session, condition)
    if (!signedIn) return null
    const browser = acquaintance(user.knownDevices, deviceId?.idHash, device.ip)
    // The session is open, and its owner gets it whatever becomes of these.
    await Promise.allSettled([
      accounts.learnLanguage(user, language),
      deviceId && knownDevices.remember(user._id, deviceId.idHash, device, condition),
      events.record({ kind: signInKinds[browser], userId: user._id, sessionId: session._id, device, amr }),
    ])
    return signedIn
  }

/** What a sign-in is called, by how its browser stands to the account. */
export const signInKinds = { known: 'signed_in', moved: 'new_network', unknown: 'new_device' } as const
