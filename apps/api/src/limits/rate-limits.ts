import { createHash } from 'node:crypto'
import { AuthError } from '@latchkey/contracts/server'
import type { Request, Response } from 'express'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterMongo,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import { addressOf } from './address.ts'
import type { Limits, RateLimit } from './limits.ts'
import type { RateLimitModel } from './rate-limit.model.ts'

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
  /** Gives the attempts back: it was the owner. */
  settle(): Promise<void>
}

/** Gives attempts back that were good ones. */
type Settle = () => Promise<void>

export interface RateLimits {
  /** Counts an attempt to sign in before it is looked at. Throws AuthError `rate_limited`. */
  login(req: Request, res: Response, attempt: Attempt): Promise<Admission>
  /** Counts an attempt of a session to show its owner's password; settled when it was right. Throws `rate_limited`. */
  password(res: Response, sessionId: string): Promise<Settle>
  register(req: Request, res: Response): Promise<void>
  rename(res: Response, userId: string): Promise<void>
  changeEmail(res: Response, userId: string): Promise<void>
  /** Counts asking for mails and trying their links. Throws AuthError `rate_limited`. */
  mail(req: Request, res: Response): Promise<void>
  /** A bucket for each session, or for the address when there is none. */
  refresh(req: Request, res: Response, sessionId: string | null): Promise<void>
}

interface Collaborators {
  model: RateLimitModel
  limits: Limits
}

/**
 * Sign-in and registration are counted in the database, so that the limits hold across processes; refreshing is counted
 * in memory, where it costs nothing. Every attempt is counted before it is looked at: a thousand guesses at once are a
 * thousand attempts. One that is answered with a 5xx was not looked at, and is given back.
 */
export function createRateLimits({ model, limits }: Collaborators): RateLimits {
  const inDatabase = (keyPrefix: string, limit: RateLimit) =>
    once(
      () =>
        new RateLimiterMongo({
          storeClient: model.db.getClient(),
          dbName: model.db.name,
          tableName: model.collection.name,
          disableIndexesCreation: true, // database.ts makes them, and waits for them
          keyPrefix,
          points: limit.points,
          duration: limit.windowSeconds,
        }),
    )
  const perAddress = inDatabase('login-address', limits.loginPerAddress)
  const perAccountAndAddress = inDatabase('login-account-address', limits.loginPerAccountAndAddress)
  const perKnownDevice = inDatabase('login-device', limits.loginPerKnownDevice)
  const perAccount = inDatabase('login-account', limits.loginPerAccount)
  const delay = inDatabase('login-delay', { points: 1, windowSeconds: limits.loginMaxDelaySeconds })
  const password = inDatabase('password', limits.loginPerKnownDevice)
  const mailPerAddress = inDatabase('mail-address', limits.mailPerAddress)
  const registerPerAddress = inDatabase('register-address', limits.registerPerAddress)
  const renamePerAccount = inDatabase('rename-account', limits.renamePerAccount)
  const changeEmailPerAccount = inDatabase('change-email-account', limits.changeEmailPerAccount)
  const refreshPerSession = new RateLimiterMemory({
    keyPrefix: 'refresh-session',
    points: limits.refreshPerSession.points,
    duration: limits.refreshPerSession.windowSeconds,
  })

  return {
    async login(req, res, attempt) {
      const account = digest(attempt.account)
      // Whatever others do to the account or from the address, its owner's own browser is not made to wait for it.
      if (attempt.knownDevice !== null) {
        const device = `${account}/${attempt.knownDevice}`
        const { consumedPoints } = await count(res, perKnownDevice(), device)
        return { failures: consumedPoints, settle: async () => void (await perKnownDevice().delete(device)) }
      }
      const address = addressBucket(req.ip)
      const both = `${account}@${address}`
      await count(res, perAddress(), address)
      await count(res, perAccountAndAddress(), both)
      const failures = await slowDown(res, account)
      return {
        failures,
        async settle() {
          await Promise.all([
            perAddress().reward(address),
            perAccountAndAddress().delete(both),
            perAccount().delete(account),
            delay().delete(account),
          ])
        },
      }
    },

    async password(res, sessionId) {
      await count(res, password(), sessionId)
      return async () => void (await password().delete(sessionId))
    },

    mail: async (req, res) => void (await count(res, mailPerAddress(), addressBucket(req.ip))),

    register: async (req, res) => void (await count(res, registerPerAddress(), addressBucket(req.ip))),

    rename: async (res, userId) => void (await count(res, renamePerAccount(), userId)),

    changeEmail: async (res, userId) => void (await count(res, changeEmailPerAccount(), userId)),

    refresh: async (req, res, sessionId) =>
      // With the address: whoever copied the cookie spends an allowance of their own.
      void (await consume(res, refreshPerSession, `${sessionId ?? ''}@${addressOf(req.ip)}`)),
  }

  /**
   * Past the free attempts on an account each one opens a wait twice as long as the one before, and only the first
   * attempt after it passes. One atomic count decides who is first. Returns the number of failures so far.
   */
  async function slowDown(res: Response, account: string): Promise<number> {
    const free = limits.loginPerAccount.points
    const { consumedPoints } = await perAccount().penalty(account)
    giveBackUnlooked(res, perAccount(), account)
    if (consumedPoints <= free) return consumedPoints
    const seconds = Math.min(2 ** Math.min(consumedPoints - free, 20), limits.loginMaxDelaySeconds)
    try {
      await consume(res, delay(), account, seconds)
      // Not rewarded: the wait may be over by then, and its own length is another one than the limiter's.
      whenUnlooked(res, () => delay().delete(account))
    } catch (refused) {
      // It was not looked at, so it does not lengthen the next wait.
      if (refused instanceof AuthError) await perAccount().reward(account)
      throw refused
    }
    return consumedPoints
  }
}

/** Counts one attempt, and gives it back should nobody get to look at it. */
async function count(res: Response, limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes> {
  const state = await consume(res, limiter, key)
  giveBackUnlooked(res, limiter, key)
  return state
}

const giveBackUnlooked = (res: Response, limiter: RateLimiterAbstract, key: string) =>
  whenUnlooked(res, () => limiter.reward(key))

/** Too busy, or the database away: whoever asked did nothing wrong, and will ask again. */
function whenUnlooked(res: Response, giveBack: () => Promise<unknown>): void {
  res.once('close', () => {
    // Should it fail, the attempt stays counted until its window ends.
    if (res.statusCode >= 500) giveBack().catch(() => {})
  })
}

/** Counts one attempt and tells the client where it stands (draft-ietf-httpapi-ratelimit-headers). */
async function consume(
  res: Response,
  limiter: RateLimiterAbstract,
  key: string,
  seconds?: number,
): Promise<RateLimiterRes> {
  try {
    const state = await limiter.consume(key, 1, seconds === undefined ? {} : { customDuration: seconds })
    describe(res, limiter, state)
    return state
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused // the database, not the limit
    describe(res, limiter, refused)
    throw new AuthError('rate_limited', { retryAfterSeconds: secondsLeft(refused) })
  }
}

function describe(res: Response, limiter: RateLimiterAbstract, state: RateLimiterRes): void {
  const name = `"${limiter.keyPrefix}"`
  res.append('RateLimit-Policy', `${name};q=${limiter.points};w=${limiter.duration}`)
  res.append('RateLimit', `${name};r=${state.remainingPoints};t=${secondsLeft(state)}`)
}

const secondsLeft = ({ msBeforeNext }: RateLimiterRes) => Math.max(1, Math.ceil(msBeforeNext / 1000))

/** Addresses and names are kept as digests: a count needs no list of who tried to sign in. */
const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22)

const addressBucket = (ip: string | undefined) => digest(addressOf(ip))

/** The limiter wants a connected client, which is there only when the first request is. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
