import type { Clock } from '@latchkey/contracts/server'
import type { CookieOptions, Request, Response } from 'express'
import type { SignedInSession } from '../collaborators.ts'
import { hashDeviceId } from '../device-id.ts'
import type { SessionSettings } from '../settings.ts'
import type { RefreshTokenClaims, RefreshTokens } from '../tokens/refresh-token.ts'
import { cookieNamesOf, readableNames } from './cookie-names.ts'
import { cookiePairs } from './cookie-pairs.ts'

/** The longest that browsers keep any cookie (RFC 6265bis §5.5). */
const deviceMaxAgeMs = 400 * 86_400_000

/** A browser has one, or a few that nodes with other names or earlier versions set. Each takes a signature to read. */
const maxTokens = 8

const tokenForm = /^[\w-]+\.[\w-]+\.[\w-]+$/
const readableForm = /^([0-9a-f]{24})\.\d{1,15}$/
const deviceForm = /^[\w-]{43}$/

/** A refresh token that we signed, as a request carries it. */
export interface PresentedToken {
  name: string
  claims: RefreshTokenClaims
  /** Whether the readable `session` cookie names this session too. The page shows the key of that session. */
  proved: boolean
}

interface Collaborators {
  settings: Pick<SessionSettings, 'cookie' | 'refreshToken'>
  refreshTokens: RefreshTokens
  clock: Clock
}

export type RefreshCookies = ReturnType<typeof createRefreshCookies>

/**
 * Where the cookies of a session are set, read and cleared.
 * - `refreshToken`: HttpOnly.
 * - `session`: readable, `sid.gen`. Tells the page that somebody is signed in, and which generation the browser
 *   holds. Always set together with `refreshToken`.
 * - `device`: HttpOnly. Recognises the browser at the next sign-in.
 *
 * All ports of a host share its cookies, so any name may hold anything. A value that we did not sign is ignored and
 * left alone.
 */
export function createRefreshCookies({ settings: all, refreshTokens, clock }: Collaborators) {
  const { cookie: settings, refreshToken } = all
  // An idle time longer than the session: its last answer may be lost, and a page that is open at the end has to hear of
  // that. The session decides what is valid: a cookie that is kept too long opens nothing.
  const keptMs = refreshToken.ttlSeconds * 1000
  const own = cookieNamesOf(settings)
  const tokenNames = readableNames('refreshToken', settings.secure)
  const sessionNames = readableNames('session', settings.secure)
  const deviceNames = readableNames('device', settings.secure)
  const sameSite = settings.sameSite.replace(/^./, (first) => first.toUpperCase())
  const attributes: CookieOptions = { path: '/', sameSite: settings.sameSite, secure: settings.secure }
  const presented = new WeakMap<Request, PresentedToken[]>()
  const clearReadable = (res: Response) => void res.clearCookie(own.session, attributes)

  return {
    /**
     * The refresh tokens that we signed, under any of their names. Those under today's name come first; of what only
     * begins like ours, the first eight are looked at. Read once for each request.
     */
    readTokens,

    /** Whether any cookie looks like a token, whether or not we signed it. */
    holdsToken: (req: Request): boolean =>
      cookiePairs(req).some(({ name, value }) => tokenNames.test(name) && tokenForm.test(value)),

    /** The id by which this browser is known again at the next sign-in. */
    readDeviceId,

    /** What of it is stored; null without one. */
    readDeviceIdHash(req: Request): string | null {
      const id = readDeviceId(req)
      return id === undefined ? null : hashDeviceId(id)
    },

    /** Set at sign-in only. Signing out keeps it, so that the browser stays known. */
    setDeviceId(res: Response, id: string): void {
      res.cookie(own.device, id, { ...attributes, httpOnly: true, maxAge: deviceMaxAgeMs })
    },

    /** Sets `refreshToken` and `session`, after a sign-in or a refresh. */
    set(res: Response, { session, refreshToken }: Pick<SignedInSession, 'session' | 'refreshToken'>): void {
      const lastUse = new Date(session.expiresAt.getTime() + keptMs)
      const seconds = Math.floor((lastUse.getTime() - clock.now().getTime()) / 1000)
      const readable = `${session._id.toHexString()}.${session.generation}`
      // As `res.cookie` writes them. Nothing in them needs encoding, and what they have in common is written once.
      const until = `; Max-Age=${seconds}; Path=/; Expires=${lastUse.toUTCString()}`
      const ways = `${settings.secure ? '; Secure' : ''}; SameSite=${sameSite}`
      const tokenCookie = `${own.refreshToken}=${refreshToken}${until}; HttpOnly${ways}`
      const sessionCookie = `${own.session}=${readable}${until}${ways}`
      res.append('Set-Cookie', [tokenCookie, sessionCookie])
    },

    /**
     * For signing out only. A refresh must never clear: its answer may arrive after another tab has signed in again.
     */
    clear(res: Response): void {
      res.clearCookie(own.refreshToken, { ...attributes, httpOnly: true })
      clearReadable(res)
      const tokens = readTokens(res.req)
      for (const { name } of tokens)
        if (name !== own.refreshToken) res.clearCookie(name, { ...attributes, httpOnly: true })
      const ended = new Set(tokens.map(({ claims }) => claims.sessionId))
      for (const { name, sessionId } of readSessions(res.req))
        if (name !== own.session && ended.has(sessionId)) res.clearCookie(name, attributes)
    },

    /**
     * Clears only `session`. The page then shows that nobody is signed in, but can still end the session with the
     * token.
     */
    clearReadable,
  }

  function readDeviceId(req: Request): string | undefined {
    const ids = cookiePairs(req).filter(({ name, value }) => deviceNames.test(name) && deviceForm.test(value))
    return (ids.find(({ name }) => name === own.device) ?? ids[0])?.value
  }

  function readTokens(req: Request): PresentedToken[] {
    const known = presented.get(req)
    if (known) return known
    const tokens = verifyTokens(req)
    presented.set(req, tokens)
    return tokens
  }

  function verifyTokens(req: Request): PresentedToken[] {
    const named = new Set(readSessions(req).map(({ sessionId }) => sessionId))
    const pairs = cookiePairs(req).filter(
      ({ name, value }) => tokenNames.test(name) && refreshTokens.isOurForm(value),
    )
    const ownFirst = [
      ...pairs.filter(({ name }) => name === own.refreshToken),
      ...pairs.filter(({ name }) => name !== own.refreshToken),
    ]
    return ownFirst.slice(0, maxTokens).flatMap(({ name, value }) => {
      try {
        const claims = refreshTokens.read(value)
        return [{ name, claims, proved: named.has(claims.sessionId) }]
      } catch {
        return []
      }
    })
  }

  function readSessions(req: Request): { name: string; sessionId: string }[] {
    return cookiePairs(req).flatMap(({ name, value }) => {
      const [, sessionId] = readableForm.exec(value) ?? []
      return sessionId && sessionNames.test(name) ? [{ name, sessionId }] : []
    })
  }
}
