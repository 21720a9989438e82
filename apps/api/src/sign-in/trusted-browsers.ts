import { AuthError, addSeconds, type Clock, complain } from '@latchkey/contracts/server'
import type { TrustProof } from '@latchkey/sessions'
import type { SecurityEvents } from '../events/security-events.ts'
import { type Credentials, unchanged } from '../users/accounts.ts'
import type { Trust, UserModel } from '../users/user.model.ts'
import type { SignIn } from './opening.ts'

const trustSeconds = 30 * 86_400

interface Collaborators {
  users: UserModel
  events: SecurityEvents
  clock: Clock
}

export type TrustedBrowsers = ReturnType<typeof createTrustedBrowsers>

/**
 * Browsers that sign in without the second factor for 30 days. A cookie can be copied, so it takes a key as well,
 * which never leaves the browser and is good for one sign-in: with each it shows the key of the stored lock and sends
 * the next lock, as a session does (docs/refresh-protocol.md). Whoever copies a request comes too late. After an
 * answer that was lost it shows both keys that may count.
 */
export function createTrustedBrowsers({ users, events, clock }: Collaborators) {
  return {
    /** Throws AuthError `validation_failed` for what cannot be trusted: a client without cookies, or without keys. */
    refuseUntrustable({ deviceId, lock }: SignIn, { next }: TrustProof): void {
      if (!deviceId || !lock || !next) complain('trustBrowser', 'browser_untrustable')
    },

    /** Trusts the browser of a sign-in whose factors were all shown. */
    async trust(
      user: Credentials,
      sessionId: string,
      { deviceId, device }: SignIn,
      { next }: TrustProof,
    ): Promise<void> {
      if (!deviceId || !next) throw new AuthError('bad_request')
      const since = clock.now()
      const until = addSeconds(since, trustSeconds)
      const trust: Trust = { lock: next, since, until, ...countsOf(user) }
      const { modifiedCount } = await users.updateOne(
        { _id: user._id, ...unchanged(user), 'knownDevices.idHash': deviceId.idHash },
        { $set: { 'knownDevices.$.trust': trust } },
      )
      if (modifiedCount > 0)
        await events.record({ kind: 'browser_trusted', userId: user._id, sessionId, device })
    },

    /**
     * Of a sign-in from one, told by one of its keys, which is used up: when the factors were last shown there. Null:
     * it is not one.
     */
    async shownAt(
      user: Credentials,
      { deviceId, lock }: SignIn,
      { opens, next }: TrustProof,
    ): Promise<Date | null> {
      if (!deviceId || !lock || opens.length === 0 || !next) return null
      const { passwordChanges, factorChanges } = countsOf(user)
      const trusted = {
        idHash: deviceId.idHash,
        'trust.lock': { $in: opens },
        'trust.until': { $gt: clock.now() },
        'trust.passwordChanges': passwordChanges,
        'trust.factorChanges': factorChanges,
      }
      const found = await users
        .findOneAndUpdate(
          { _id: user._id, ...unchanged(user), knownDevices: { $elemMatch: trusted } },
          { $set: { 'knownDevices.$.trust.lock': next } },
          { projection: { knownDevices: { $elemMatch: { idHash: deviceId.idHash } } } },
        )
        .lean<Pick<Credentials, 'knownDevices'>>()
      return found?.knownDevices[0]?.trust?.since ?? null
    },
  }
}

const countsOf = ({ passwordChanges, factorChanges }: Credentials) => ({
  passwordChanges: passwordChanges ?? 0,
  factorChanges: factorChanges ?? 0,
})
