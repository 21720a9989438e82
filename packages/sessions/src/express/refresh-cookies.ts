import { cookieNames } from '@latchkey/contracts'
import type { Clock } from '@latchkey/contracts/server'
import cookieParser from 'cookie-parser'
import type { CookieOptions, Request, Response } from 'express'
import type { SignedInSession } from '../collaborators.ts'
import type { Session } from '../session.schema.ts'
import type { SessionSettings } from '../settings.ts'

/** As long as browsers keep any cookie (RFC 6265bis §5.5). */
const deviceMaxAgeMs = 400 * 86_400_000

export type RefreshCookies = ReturnType<typeof createRefreshCookies>

/**
 * The two cookies of a session, always set together: the HttpOnly refresh token, and `session` with `sid.gen`, which
 * tells the page that somebody is signed in and which generation the browser holds.
 */
export function createRefreshCookies(settings: SessionSettings['cookie'], clock: Clock) {
  const prefix = settings.secure ? cookieNames.hostPrefix : ''
  const refreshTokenName = prefix + cookieNames.refreshToken
  const sessionName = prefix + cookieNames.session
  const deviceName = prefix + cookieNames.device
  const attributes: CookieOptions = { path: '/', sameSite: settings.sameSite, secure: settings.secure }
  const clearReadable = (res: Response) => void res.clearCookie(sessionName, attributes)

  return {
    /** The refresh token; undefined without one. What cookie-parser made an object of (`j:{…}`) is not a token. */
    read(req: Request): string | undefined {
      const token: unknown = cookiesOf(req)[refreshTokenName]
      return typeof token === 'string' && token !== '' ? token : undefined
    },

    /** The id by which this browser is known again at the next sign-in. */
    readDeviceId(req: Request): string | undefined {
      const id: unknown = cookiesOf(req)[deviceName]
      return typeof id === 'string' ? id : undefined
    },

    /** Set at sign-in only, and kept when signing out: the browser stays a known one. */
    setDeviceId(res: Response, id: string): void {
      res.cookie(deviceName, id, { ...attributes, httpOnly: true, maxAge: deviceMaxAgeMs })
    },

    set(res: Response, { session, refreshToken }: Pick<SignedInSession, 'session' | 'refreshToken'>): void {
      const maxAge = lastUseOf(session).getTime() - clock.now().getTime()
      const readable = `${session._id.toHexString()}.${session.generation}`
      res.cookie(refreshTokenName, refreshToken, { ...attributes, httpOnly: true, maxAge })
      res.cookie(sessionName, readable, { ...attributes, maxAge })
    },

    /** For signing out only: a refresh response never clears, it may arrive after another tab signed in afresh. */
    clear(res: Response): void {
      res.clearCookie(refreshTokenName, { ...attributes, httpOnly: true })
      clearReadable(res)
    },

    /** Only `session`: the page takes itself for signed out, and the token is still there to end its session with. */
    clearReadable,
  }
}

/** As cookie-parser read them; a route that did without it is read for here. */
function cookiesOf(req: Request): Record<string, unknown> {
  if (!req.cookies) readCookies(req, req.res as Response, () => {})
  return req.cookies
}

const readCookies = cookieParser()

/**
 * How long a cookie is worth keeping: its token may be used at the last moment, the answer be lost, and the session live
 * for that long once more. The session itself decides; a cookie that is kept too long opens nothing.
 */
function lastUseOf({ rotatedAt, expiresAt, absoluteExpiresAt }: Session): Date {
  const onceMore = new Date(2 * expiresAt.getTime() - rotatedAt.getTime())
  return onceMore < absoluteExpiresAt ? onceMore : absoluteExpiresAt
}
