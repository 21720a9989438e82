import type { Request, Response } from 'express'
import { networksOf } from './address.ts'
import type { Admissions } from './admissions.ts'
import { type Bucket, costs, digest, guesses, perNetwork } from './bucket.ts'
import type { Limits } from './limits.ts'

/** Whose passkey is shown, as far as that is known. */
interface Owner {
  userId: string
  /** The hash of a device that this account was signed in from before. */
  knownDevice: string | null
}

/** A sign-in by passkey that was let through. */
export interface PasskeyAdmission {
  /** Counts a passkey that was right on the account that it opens. Throws AuthError `rate_limited`. */
  charge(): Promise<void>
  /** Gives the attempt back: it was the owner. */
  settle(): Promise<void>
}

/** Nobody guesses a passkey and nothing is hashed, so these only stop floods. */
export function createPasskeyLimits({ admissions, limits }: { admissions: Admissions; limits: Limits }) {
  return {
    /** A challenge for a sign-in is asked for. */
    async challenge(req: Request, res: Response): Promise<void> {
      const { passkeyChallengePerAddress: limit } = limits
      await admissions.take(res, perNetwork(costs, 'passkey-challenge-address', limit, networksOf(req.ip)))
    },

    /** A challenge is asked for by somebody who is signed in, or with a ticket, which only its holder can use up. */
    async ownChallenge(res: Response, userIdOrTicket: string): Promise<void> {
      await admissions.take(res, [costs('passkey-account', limits.passkeyPerAccount, digest(userIdOrTicket))])
    },

    /** Counts an attempt before its signature is looked at. `owner` null: the passkey is nobody's. */
    async signIn(req: Request, res: Response, owner: Owner | null): Promise<PasskeyAdmission> {
      const guess = owner?.knownDevice ? ofDevice(owner.userId, owner.knownDevice) : ofNetworks(req)
      const taken = await admissions.take(res, guess)
      return {
        async charge() {
          if (owner)
            await admissions.take(res, [
              // Apart from passwords, which somebody else may know.
              costs('sign-in-passkey', limits.signInPerAccount, digest(owner.userId)),
            ])
        },
        settle: () => admissions.settle(taken),
      }
    },

    /** Throws AuthError `rate_limited` when it is known without asking the database that strangers would be refused. */
    refuseFull: (req: Request, res: Response): void => admissions.refuseFull(res, ofNetworks(req)),
  }

  function ofNetworks(req: Request): Bucket[] {
    return perNetwork(guesses, 'passkey-address', limits.passkeyPerAddress, networksOf(req.ip))
  }

  function ofDevice(userId: string, device: string): Bucket[] {
    return [guesses('passkey-device', limits.loginPerKnownDevice, `${digest(userId)}/${device}`)]
  }
}
