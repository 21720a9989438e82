import type { Request, Response } from 'express'
import { networksOf } from './address.ts'
import type { Admissions } from './admissions.ts'
import { digest, guesses } from './bucket.ts'
import type { Count } from './counter.ts'
import type { Limits } from './limits.ts'

/** Who shows a code. */
export interface FactorTry {
  userId: string
  /** The hash of a browser that has signed in to this account before. */
  knownDevice: string | null
}

/** A code that may be looked at. */
export interface AdmittedFactor {
  /** Codes that were wrong in this allowance, this one included. */
  failures: number
  /** Gives it back: it was right. */
  settle(): Promise<void>
}

/**
 * How often codes may be shown. Only whoever knows the password, or holds a session, gets as far as this, so that no
 * stranger uses anything up; and what whoever knows the password does elsewhere takes nothing from a browser of the owner's.
 */
export const createFactorLimits =
  ({ admissions, limits }: { admissions: Admissions; limits: Limits }) =>
  /** Counts a code before it is looked at. Throws AuthError `rate_limited`. */
  async (req: Request, res: Response, { userId, knownDevice }: FactorTry): Promise<AdmittedFactor> => {
    const account = digest(userId)
    const network = digest(networksOf(req.ip).at(-1)?.name ?? '')
    const buckets =
      knownDevice === null
        ? [
            // The narrowest first: what is refused there takes nothing of what others share.
            guesses('factor-account-address', limits.factorPerAccountAndAddress, `${account}@${network}`),
            guesses('factor-account', limits.factorPerAccount, account),
          ]
        : [guesses('factor-device', limits.factorPerKnownDevice, `${account}/${knownDevice}`)]
    admissions.refuseFull(res, buckets)
    const counts: Count[] = []
    for (const bucket of buckets) counts.push(...(await admissions.take(res, [bucket])))
    return { failures: counts.at(-1)?.points ?? 0, settle: () => admissions.settle(counts) }
  }
