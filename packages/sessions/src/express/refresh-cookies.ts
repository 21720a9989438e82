import type { Clock } from '@latchkey/contracts/server'
import type { CookieOptions, Request, Response } from 'express'
import type { SignedInSession } from '../collaborators.ts'
import { hashDeviceId } from '../device-id.ts'
import type { Session } from '../session.schema.ts'
import type { SessionSettings } from '../settings.ts'
import type { RefreshTokenClaims, RefreshTokens } from '../tokens/refresh-token.ts'
import { cookieNamesOf, readableNames } from './cookie-names.ts'
import { cookiePairs } from './cookie-pairs.ts'

/** As long as browsers keep any cookie (RFC 6265bis §5.5). */
const deviceMaxAgeMs = 400 * 86_400_000

const tokenForm = /^[\w-]+\.[\w-]+\.[\w-]+$/
const readableForm = /^([0-9a-f]{24})\.\d{1,15}$/
const deviceForm = /^[\w-]{43}$/

/** A token of ours as a request carries it. */
interface PresentedToken {
  name: string
  claims: RefreshTokenClaims
  /** Whether the readable cookie names its session too, which is the one whose key the page shows. */
  proved: boolean
}

interface Collaborators {
  settings: SessionSettings['cookie']
  refreshTokens: RefreshTokens
  clock: Clock
}

export type RefreshCookies = ReturnType<typeof createRefreshCookies>

/**
 * The two cookies of a session, always set together: the HttpOnly refresh token, and `session` with `sid.gen`, which
 * tells the page that somebody is signed in and which generation the browser holds. All ports of a host share its cookies,
 * so that anything may stand under any name: nothing is concluded from what we did not sign, nor done to it.
 */
export function createRefreshCookies({ settings, refreshTokens, clock }: Collaborators) {
  const own = cookieNamesOf(settings)
  const tokenNames = readableNames('refreshToken', settings.secure)
  const sessionNames = readableNames('session', settings.secure)
  const deviceNames = readableNames('device', settings.secure)
  const attributes: CookieOptions = { path: '/', sameSite: settings.sameSite, secure: settings.secure }
  const clearReadable = (res: Response) => void res.clearCookie(own.session, attributes)

  return {
    /** Every token of ours, under whatever name, those under today's name first. */
    readTokens,

    /** Whether there is anything that has the form of a token, be it ours or not. */
    holdsToken: (req: Request): boolean =>
      cookiePairs(req).some(({ name, value }) => tokenNames.test(name) && tokenForm.test(value)),

    /** The id by which this browser is known again at the next sign-in. */
    readDeviceId,

    /** What of it is stored; null without one. */
    readDeviceIdHash(req: Request): string | null {
      const id = readDeviceId(req)
      return id === undefined ? null : hashDeviceId(id)
    },

    /** Set at sign-in only, and kept when signing out: the browser stays a known one. */
    setDeviceId(res: Response, id: string): void {
      res.cookie(own.device, id, { ...attributes, httpOnly: true, maxAge: deviceMaxAgeMs })
    },

    set(res: Response, { session, refreshToken }: Pick<SignedInSession, 'session' | 'refreshToken'>): void {
      const maxAge = lastUseOf(session).getTime() - clock.now().getTime()
      const readable = `${session._id.toHexString()}.${session.generation}`
      res.cookie(own.refreshToken, refreshToken, { ...attributes, httpOnly: true, maxAge })
      res.cookie(own.session, readable, { ...attributes, maxAge })
    },

    /** For signing out only: a refresh response never clears, it may arrive after another tab signed in afresh. */
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

    /** Only `session`: the page takes itself for signed out, and the token is still there to end its session with. */
    clearReadable,
  }

  function readDeviceId(req: Request): string | undefined {
    const ids = cookiePairs(req).filter(({ name, value }) => deviceNames.test(name) && deviceForm.test(value))
    return (ids.find(({ name }) => name === own.device) ?? ids[0])?.value
  }

  function readTokens(req: Request): PresentedToken[] {
    const named = new Set(readSessions(req).map(({ sessionId }) => sessionId))
    const tokens = cookiePairs(req).flatMap(({ name, value }) => {
      if (!tokenNames.test(name) || !tokenForm.test(value)) return []
      try {
        const claims = refreshTokens.read(value)
        return [{ name, claims, proved: named.has(claims.sessionId) }]
      } catch {
        return []
      }
    })
    return [
      ...tokens.filter(({ name }) => name === own.refreshToken),
      ...tokens.filter(({ name }) => name !== own.refreshToken),
    ]
  }

  function readSessions(req: Request): { name: string; sessionId: string }[] {
    return cookiePairs(req).flatMap(({ name, value }) => {
      const [, sessionId] = readableForm.exec(value) ?? []
      return sessionId && sessionNames.test(name) ? [{ name, sessionId }] : []
    })
  }
}

/**
 * How long a cookie is worth keeping: its token may be used at the last moment, the answer be lost, and the session live
 * for that long once more. The session itself decides; a cookie that is kept too long opens nothing.
 */
function lastUseOf({ rotatedAt, expiresAt, absoluteExpiresAt }: Session): Date {
  const onceMore = new Date(2 * expiresAt.getTime() - rotatedAt.getTime())
  return onceMore < absoluteExpiresAt ? onceMore : absoluteExpiresAt
}
