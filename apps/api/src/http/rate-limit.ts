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
import { AuthError } from '../auth-error.ts'
import type { Config, RateLimit } from '../config.ts'
import { rateLimitCollection } from '../database.ts'

/** Gives an attempt back that was a good one. */
type Settle = () => Promise<void>

export interface RateLimits {
  /** Counts an attempt to sign in; the caller settles it when it succeeded. Throws AuthError `rate_limited`. */
  login(req: Request, res: Response, identifier: string): Promise<Settle>
  register(req: Request, res: Response): Promise<void>
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
 * thousand attempts.
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
  const loginPerAddress = inDatabase('login-address', config.loginPerAddress)
  const loginPerAccount = inDatabase('login-account', config.loginPerAccount)
  const registerPerAddress = inDatabase('register-address', config.registerPerAddress)
  const refreshPerSession = new RateLimiterMemory({
    keyPrefix: 'refresh-session',
    points: config.refreshPerSession.points,
    duration: config.refreshPerSession.windowSeconds,
  })

  return {
    async login(req, res, identifier) {
      const address = addressBucket(req.ip)
      const account = `${digest(identifier.trim().toLowerCase())}@${address}`
      await consume(res, loginPerAddress(), address)
      await consume(res, loginPerAccount(), account)
      return async () => {
        await Promise.all([loginPerAddress().reward(address), loginPerAccount().delete(account)])
      }
    },

    register: (req, res) => consume(res, registerPerAddress(), addressBucket(req.ip)),

    refresh: (req, res, sessionId) => consume(res, refreshPerSession, sessionId ?? addressBucket(req.ip)),
  }
}

/** Counts one attempt and tells the client where it stands (draft-ietf-httpapi-ratelimit-headers). */
async function consume(res: Response, limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    describe(res, limiter, await limiter.consume(key))
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

/** An IPv6 customer has a whole /64 to send from, so that is one address here. */
function addressBucket(ip = ''): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped || !isIPv6(ip)) return digest(mapped ?? ip)
  const [head = '', tail] = ip.split('%', 1)[0]?.split('::') ?? []
  const groups = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? [] : Array<string>(8 - groups.length - after.length).fill('0')
  const network = [...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
  return digest(network.join(':'))
}

/** The limiter wants a connected client, which is there only when the first request is. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
