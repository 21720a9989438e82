import type { Request, Response } from 'express'
import { networksOf } from './address.ts'
import { type Admissions, type Begun, guessesIn } from './admissions.ts'
import { type Bucket, costs, digest, guesses, loans, perNetwork } from './bucket.ts'
import type { Count } from './counter.ts'
import type { Whom } from './fair-queue.ts'
import type { Limits } from './limits.ts'

/** Whose sign-in is attempted. */
export interface Attempt {
  /** What was typed, whether or not there is such an account: anything else would tell. */
  account: string
  /** The hash of a device that this account was signed in from before. */
  knownDevice: string | null
}

/** An attempt that was let through. */
export interface Admission {
  /** Attempts on the account that were not settled, this one included. */
  failures: number
  /** For whom the password is hashed. */
  whom: Whom
  /**
   * The password was right: it counts on the account that it opens, and no longer on the address, and the attempts are given
   * back. Throws AuthError `rate_limited`.
   */
  accept(userId: string): Promise<void>
}

/** How often somebody may try to sign in, and how often the owner may succeed. */
export function createSignInLimits({ admissions, limits }: { admissions: Admissions; limits: Limits }) {
  return {
    /**
     * Throws AuthError `rate_limited` when it is known without asking the database that an attempt would be refused.
     * `deviceIdHash` is that of a browser which says that it was here before.
     */
    refuseFull(req: Request, res: Response, account: string, deviceIdHash: string | null): void {
      const own = deviceIdHash === null ? fromAddress(req, account) : fromDevice(account, deviceIdHash)
      admissions.refuseFull(res, Object.values(own).flat())
    },

    /** Counts an attempt before it is looked at. Throws AuthError `rate_limited`. */
    login: (req: Request, res: Response, { account, knownDevice }: Attempt): Promise<Admission> =>
      knownDevice === null
        ? loginOfStranger(req, res, account)
        : loginFromDevice(req, res, account, knownDevice),
  }

  async function loginOfStranger(req: Request, res: Response, account: string): Promise<Admission> {
    const { spent, guess, address, failure, wait, cost } = fromAddress(req, account)
    admissions.refuseFull(res, [spent, guess, ...address, wait, ...cost])
    // The narrowest first: what is refused there takes nothing of what others share.
    const begun = await admissions.begin(res, [
      { bucket: guess, by: 'opening' },
      ...address.map((bucket) => ({ bucket, by: 'joining' as const })),
      { bucket: failure, by: 'opening' },
      ...cost.map((bucket) => ({ bucket, by: 'joining' as const })),
    ])
    await admissions.take(res, [guess], begun)
    const shared = await admissions.take(res, address, begun)
    const failures = await slowDown(res, account, failure, begun)
    const lent = await admissions.take(res, cost, begun)
    return {
      failures,
      whom: whomOf(admissions, req, 'stranger', account),
      accept: (userId) =>
        charge(
          res,
          spent,
          digest(userId),
          // The account has what it cost now, and the address is its neighbours' as well.
          [...guessesIn(shared), ...lent],
          [guess, failure, ...(failures > limits.loginPerAccount.points ? [wait] : [])],
        ),
    }
  }

  /** Whatever others do to the account or from the address, its owner's own browser is not made to wait for it. */
  async function loginFromDevice(
    req: Request,
    res: Response,
    account: string,
    device: string,
  ): Promise<Admission> {
    const { spent, guess } = fromDevice(account, device)
    admissions.refuseFull(res, [spent, guess])
    const [count] = await admissions.take(res, [guess])
    return {
      failures: count?.points ?? 0,
      whom: whomOf(admissions, req, 'known', account),
      // Not on what strangers share who have the password, and nothing to show beside it.
      accept: (userId) => charge(res, spent, `${digest(userId)}/${device}`, [], [guess]),
    }
  }

  /**
   * Past the free attempts on an account each one opens a wait twice as long as the one before, and only the first
   * attempts after it pass. One atomic count decides who is first. Returns the number of failures so far.
   */
  async function slowDown(res: Response, account: string, bucket: Bucket, begun: Begun): Promise<number> {
    const free = limits.loginPerAccount.points
    const failure = await admissions.takePast(res, bucket, begun)
    if (failure.points <= free) return failure.points
    const longest = limits.loginWaitPerAccount.windowSeconds
    const windowSeconds = Math.min(2 ** Math.min(failure.points - free, 20), longest)
    try {
      await admissions.take(res, [waitOf(account, windowSeconds)])
    } catch (refused) {
      // It was not looked at, so it does not lengthen the next wait.
      await admissions.settle([failure])
      throw refused
    }
    return failure.points
  }

  /** Once there is no room left for what it opens, what is typed here is refused before it is hashed. */
  async function charge(
    res: Response,
    spent: Bucket,
    whose: string,
    counts: readonly Count[],
    forgotten: readonly Bucket[],
  ): Promise<void> {
    const ofAccount = { ...spent, whose }
    try {
      await admissions.accept(res, ofAccount, counts, forgotten)
    } finally {
      admissions.rememberLike(spent, ofAccount)
    }
  }

  /** `spent` is known to be full once the account is: what was typed does not tell which account it is. */
  function fromAddress(req: Request, account: string) {
    const networks = networksOf(req.ip)
    const both = `${digest(account)}@${digest(networks.at(-1)?.name ?? '')}`
    return {
      spent: costs('sign-in-account', limits.signInPerAccount, both),
      guess: alike(guesses('login-account-address', limits.loginPerAccountAndAddress, both)),
      address: perNetwork(guesses, 'login-address', limits.loginPerAddress, networks).map(untold),
      failure: guesses('login-account', limits.loginPerAccount, digest(account)),
      wait: waitOf(account, limits.loginWaitPerAccount.windowSeconds),
      cost: perNetwork(loans, 'hash-address', limits.hashPerAddress, networks).map(untold),
    }
  }

  function fromDevice(account: string, device: string) {
    const both = `${digest(account)}/${device}`
    return {
      spent: { ...costs('sign-in-device', limits.signInPerAccount, both), shownAs: 'sign-in-account' },
      guess: alike(guesses('login-device', limits.loginPerKnownDevice, both)),
    }
  }

  function waitOf(account: string, windowSeconds: number): Bucket {
    const { points } = limits.loginWaitPerAccount
    return untold(guesses('login-wait', { points, windowSeconds }, digest(account)))
  }
}

/** Whether a browser is known to an account is nobody's business, least of all whoever stole its cookie. */
const alike = (bucket: Bucket): Bucket => ({ ...bucket, shownAs: 'login' })
const untold = (bucket: Bucket): Bucket => ({ ...bucket, shownAs: null })

/** Strangers and those who have shown before who they are take turns, however many addresses the strangers come from. */
export const whomOf = (
  { dropped }: Pick<Admissions, 'dropped'>,
  req: Request,
  who: 'stranger' | 'known',
  account: string,
): Whom => ({
  groups: [who, ...networksOf(req.ip).map(({ name }) => name), account],
  isGone: () => isHungUp(req),
  onDropped: () => req.res && dropped(req.res),
})

/** Whether the client went away before it had all of its answer. Of several on one connection, only the first is destroyed. */
const isHungUp = ({ res, socket }: Request): boolean =>
  !!res && !res.writableFinished && (res.destroyed || socket.destroyed)
