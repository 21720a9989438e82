import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Request, Response } from 'express'
import type { Connection } from 'mongoose'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterMongo,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { Admission, Attempt } from '../auth/auth.service.ts'
import { AuthError } from '../auth-error.ts'
import type { Config, RateLimit } from '../config.ts'
import { rateLimitCollection } from '../database.ts'

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
  connection: Connection
  config: Config['rateLimits']
}

/**
 * Sign-in and registration are counted in the database, so that the limits hold across processes; refreshing is counted
 * in memory, where it costs nothing. Every attempt is counted before it is looked at: a thousand guesses at once are a
 * thousand attempts. One that is answered with a 5xx was not looked at, and is given back.
 */
export function createRateLimits({ connection, config }: Collaborators): RateLimits {
  const inDatabase = (keyPrefix: string, limit: RateLimit) =>
    once(
      () =>
        new RateLimiterMongo({
          storeClient: connection.getClient(),
          dbName: connection.name,
          tableName: rateLimitCollection,
          disableIndexesCreation: true, // database.ts makes them, and waits for them
          keyPrefix,
          points: limit.points,
          duration: limit.windowSeconds,
        }),
    )
  const perAddress = inDatabase('login-address', config.loginPerAddress)
  const perAccountAndAddress = inDatabase('login-account-address', config.loginPerAccountAndAddress)
  const perKnownDevice = inDatabase('login-device', config.loginPerKnownDevice)
  const perAccount = inDatabase('login-account', config.loginPerAccount)
  const delay = inDatabase('login-delay', { points: 1, windowSeconds: config.loginMaxDelaySeconds })
  const password = inDatabase('password', config.loginPerKnownDevice)
  const mailPerAddress = inDatabase('mail-address', config.mailPerAddress)
  const registerPerAddress = inDatabase('register-address', config.registerPerAddress)
  const renamePerAccount = inDatabase('rename-account', config.renamePerAccount)
  const changeEmailPerAccount = inDatabase('change-email-account', config.changeEmailPerAccount)
  const refreshPerSession = new RateLimiterMemory({
    keyPrefix: 'refresh-session',
    points: config.refreshPerSession.points,
    duration: config.refreshPerSession.windowSeconds,
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
    const free = config.loginPerAccount.points
    const { consumedPoints } = await perAccount().penalty(account)
    giveBackUnlooked(res, perAccount(), account)
    if (consumedPoints <= free) return consumedPoints
    const seconds = Math.min(2 ** Math.min(consumedPoints - free, 20), config.loginMaxDelaySeconds)
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

/** An IPv6 customer has a whole /64 to send from, so that is one address here. */
function addressOf(ip = ''): string {
  // Some proxies add the port.
  const host = /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([^:]+):\d+$/.exec(ip)?.[1] ?? ip
  return isIPv6(host) ? network(host) : host
}

/** The first four groups, or the IPv4 address that is mapped into it. */
function network(ip: string): string {
  // The URL parser writes every spelling of an address the same way.
  const [head = '', tail] = new URL(`http://[${ip.split('%', 1)[0]}]`).hostname.slice(1, -1).split('::')
  const groups = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? [] : Array<string>(8 - groups.length - after.length).fill('0')
  const all = [...groups, ...zeros, ...after]
  const isMapped = all.slice(0, 5).every((group) => group === '0') && all[5] === 'ffff'
  if (!isMapped) return all.slice(0, 4).join(':')
  const bytes = all.slice(6).flatMap((group) => {
    const pair = Number.parseInt(group, 16)
    return [pair >> 8, pair & 255]
  })
  return bytes.join('.')
}

/** The limiter wants a connected client, which is there only when the first request is. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
