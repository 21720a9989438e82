import type { SessionCookie } from './session-cookie.ts'

/**
 * Whether this browser keeps the session's cookie. One that has kept it before and has none now is not one that keeps
 * none: a sign-out in another tab was quicker than the answer to a sign-in.
 */
export function createKeptCookies(cookie: Pick<SessionCookie, 'read'>): () => boolean {
  let wasKept = cookie.read() !== null
  return () => {
    wasKept ||= cookie.read() !== null
    return wasKept
  }
}
