import { AuthError, type Clock } from '@latchkey/contracts/server'
import type { Request, Response } from 'express'
import { networksOf } from './address.ts'
import { createAdmissions } from './admissions.ts'
import { type Bucket, costs, digest, guesses, loans, perNetwork } from './bucket.ts'
import type { Count } from './counter.ts'
import { createFactorLimits } from './factor-limits.ts'
import type { Whom } from './fair-queue.ts'
import { describe, refusal } from './headers.ts'
import type { Limits } from './limits.ts'
import { createMemoryCounter } from './memory-counter.ts'
import { createPasskeyLimits } from './passkey-limits.ts'
import type { RateLimitModel } from './rate-limit.model.ts'
import { createSignInLimits, whomOf } from './sign-in-limits.ts'

interface ResetLink<T> {
  token: string
  /** Whose link it is. Throws AuthError `token_used`, `token_expired` or `token_invalid`. */
  holder: () => Promise<{ userId: { toHexString(): string } }>
  use: (whom: Whom) => Promise<T>
}

/** Something that was let through and may have a password hashed. */
export interface Admitted {
  /** For whom the password is hashed. */
  whom: Whom
  /** Gives back what counts as guessing: it was right. */
  settle(): Promise<void>
}

/** The same for a registration. */
export interface AdmittedRegistration extends Admitted {
  /** As for `mail`. */
  turns: number
}

export type RateLimits = ReturnType<typeof createRateLimits>

interface Collaborators {
  model: RateLimitModel
  limits: Limits
  clock: Clock
  /** Told of each refusal by which limit, by its name in the database. */
  onRefused?: ((limit: string) => void) | undefined
}

/**
 * Each limit counts before the input is looked at, except for links. Throws AuthError `rate_limited`. Counts live in the
 * database, so all processes share them; refreshes are counted in memory.
 */
export function createRateLimits({ model, limits, clock, onRefused }: Collaborators) {
  const admissions = createAdmissions({ model, clock, onRefused })
  const refreshes = createMemoryCounter({ clock })

  return {
    signIn: createSignInLimits({ admissions, limits }),
    factor: createFactorLimits({ admissions, limits }),
    passkeys: createPasskeyLimits({ admissions, limits }),

    /** A session shows its owner's password. */
    async password(
      req: Request,
      res: Response,
      { sub, sid }: { sub: string; sid: string },
    ): Promise<Admitted> {
      // With the address: whoever stole a token of the session spends an allowance of their own.
      const wrong = perNetwork(guesses, 'proof-session', limits.proofPerSession, networksOf(req.ip)).map(
        (bucket) => ({ ...bucket, whose: `${sid}@${bucket.whose}` }),
      )
      const shown = costs('proof-account', limits.proofPerAccount, digest(sub))
      admissions.refuseFull(res, [...wrong, shown])
      // Whoever only holds a session of somebody else's gets no further than this.
      await admissions.take(res, wrong)
      await admissions.take(res, [shown])
      return { whom: whomOf(admissions, req, 'known', sub), settle: () => admissions.undo([], wrong) }
    },

    /** A session shows a code of an app that is being set up. Resolves with how it is given back: it was right. */
    async newFactor(res: Response, { sid }: { sid: string }): Promise<() => Promise<void>> {
      const wrong = guesses('enrol-session', limits.proofPerSession, sid)
      await admissions.take(res, [wrong])
      return () => admissions.undo([], [wrong])
    },

    async register(req: Request, res: Response, email: string): Promise<AdmittedRegistration> {
      const networks = networksOf(req.ip)
      const taken = await admissions.take(res, [
        ...perNetwork(guesses, 'register-failed-address', limits.registerFailedPerAddress, networks),
        ...perNetwork(costs, 'register-address', limits.registerPerAddress, networks),
        ...mails(req),
        ...hashing(req),
      ])
      const whom = whomOf(admissions, req, 'stranger', email)
      return { whom, turns: turnsIn(taken), settle: () => admissions.settle(taken) }
    },

    /** A mail is asked for. Resolves with how many were asked for from there before, in units of a single address. */
    async mail(req: Request, res: Response): Promise<number> {
      return turnsIn(await admissions.take(res, mails(req)))
    },

    link,

    /** The same, for a link that may have a password hashed. That counts on the account of whoever `holder` finds. */
    resetLink<T>(req: Request, res: Response, { token, holder, use }: ResetLink<T>): Promise<T> {
      return link(req, res, async () => {
        const account = digest((await holder()).userId.toHexString())
        await admissions.take(res, [costs('reset-account', limits.resetPerAccount, account)])
        return await use(whomOf(admissions, req, 'stranger', digest(token)))
      })
    },

    async rename(res: Response, userId: string): Promise<void> {
      await admissions.take(res, [guesses('rename-account', limits.renamePerAccount, digest(userId))])
    },

    /** The language of mails is chosen. */
    async language(res: Response, userId: string): Promise<void> {
      await admissions.take(res, [costs('language-account', limits.languagePerAccount, digest(userId))])
    },

    async changeEmail(res: Response, userId: string): Promise<void> {
      await admissions.take(res, [
        guesses('change-email-account', limits.changeEmailPerAccount, digest(userId)),
      ])
    },

    /** Everything that is kept of an account is asked for. */
    async export(res: Response, userId: string): Promise<void> {
      await admissions.take(res, [costs('export-account', limits.exportPerAccount, digest(userId))])
    },

    /** A bucket for each session, or for the address when there is none. */
    async refresh(req: Request, res: Response, sessionId: string | null): Promise<void> {
      const counts = perNetwork(guesses, 'refresh-session', limits.refreshPerSession, networksOf(req.ip))
        // With the address: whoever copied the cookie spends an allowance of their own.
        .map((bucket) => refreshes.take({ ...bucket, whose: `${sessionId ?? ''}@${bucket.whose}` }))
      describe(res, counts, clock.now())
      const refused = counts.find((count) => count.refused)
      if (!refused) return
      onRefused?.(refused.bucket.name)
      throw refusal(refused, clock.now())
    },
  }

  function hashing(req: Request): Bucket[] {
    return perNetwork(loans, 'hash-address', limits.hashPerAddress, networksOf(req.ip))
  }

  function mails(req: Request): Bucket[] {
    return perNetwork(costs, mailBucket, limits.mailPerAddress, networksOf(req.ip))
  }

  /** A network that has several allowances has as many turns for one. */
  function turnsIn(counts: readonly Count[]): number {
    const ofMail = counts.filter(({ bucket }) => bucket.name === mailBucket)
    const single = limits.mailPerAddress.points
    return Math.max(0, ...ofMail.map(({ bucket, points }) => (points - 1) * (single / bucket.limit.points)))
  }

  /**
   * Uses a link that was sent by mail. Looked at before it is counted, and held against the address only if it does
   * not work: nobody guesses 256 bits, and a neighbour's nonsense must not stand in the way of a link that does.
   */
  async function link<T>(req: Request, res: Response, use: () => Promise<T>): Promise<T> {
    try {
      return await use()
    } catch (error) {
      if (isWrongLink(error))
        await admissions.take(
          res,
          perNetwork(guesses, 'link-address', limits.linkPerAddress, networksOf(req.ip)),
        )
      throw error
    }
  }
}

const mailBucket = 'mail-address'

const isWrongLink = (error: unknown) =>
  error instanceof AuthError &&
  ['token_invalid', 'token_used', 'token_expired', 'ticket_expired'].includes(error.code)
