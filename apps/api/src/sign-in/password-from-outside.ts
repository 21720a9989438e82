import { type Device, deviceId } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import type { Admission, Attempt } from '../limits/sign-in-limits.ts'
import type { Credentials } from '../users/accounts.ts'
import { acquaintance } from '../users/known-devices.ts'
import { failureBurst } from './auth.service.ts'
import type { Passwords } from './password.ts'

interface Collaborators {
  passwords: Passwords
  events: SecurityEvents
}

interface Claimed {
  /** What was typed, or the address of the account: what tries are counted by. */
  account: string
  user: Credentials | null
  device: Device
  /** What the `device` cookie says. */
  deviceId: string | undefined
  admit(attempt: Attempt): Promise<Admission>
}

/** The password of an account, shown by somebody who is not signed in to it and does not want to be. */
export const createPasswordFromOutside = ({ passwords, events }: Collaborators) => ({
  /**
   * Does the same work when the account does not exist. `admit` counts the password in the limits of sign-in before it is
   * looked at, so that this is no second place to guess at. Throws what `admit` throws.
   */
  async isRight(password: string, { account, user, device, admit, ...sent }: Claimed): Promise<boolean> {
    const browser = deviceId(sent.deviceId)
    const isKnown = acquaintance(user?.knownDevices, browser.idHash, device.ip) !== 'unknown'
    const admission = await admit({ account, knownDevice: isKnown ? browser.idHash : null })
    if ((await passwords.verify(password, user?.passwordHash, admission.whom)) && user) {
      await admission.accept(user._id.toHexString())
      return true
    }
    // Not waited for: the answer must take as long as for an account that does not exist.
    if (user && admission.failures === failureBurst)
      void events.record({ kind: 'failed_sign_ins', userId: user._id, sessionId: null, device })
    return false
  },
})
