import type { AskSession } from './ask-session.ts'
import { toAuthError } from './auth-error.ts'
import type { AuthLog } from './log.ts'
import type { SessionCookie, SessionRef } from './session-cookie.ts'
import type { SessionKeys } from './session-keys.ts'

interface Needs {
  cookie: SessionCookie
  askSession: AskSession
  keys: SessionKeys
  log: AuthLog
}

export interface FindSession {
  /** The session that this browser has with an API on another host, if it was opened on this origin. Never fails. */
  find(): Promise<SessionRef | null>
  /** Whether a session can be gone on with here: its key is here, or this browser keeps no keys. */
  isOurs(sid: string): Promise<boolean>
}

/**
 * Looks for a session where the page knows of none: what was stored was cleared, or the answer to the sign-in was lost.
 * One without a key belongs to a page of another origin. Without it this page would look like a thief, or sign that
 * page out.
 */
export function createFindSession({ cookie, askSession, keys, log }: Needs): FindSession {
  async function isOurs(sid: string): Promise<boolean> {
    if (!keys.areKept() || (await keys.candidates(sid)).length > 0) return true
    log.once('notice', 'Somebody is signed in here, but on a page of another host: not on this one.')
    return false
  }

  async function find(): Promise<SessionRef | null> {
    try {
      const ref = await askSession()
      if (!ref || !(await isOurs(ref.sid))) return null
      cookie.told(ref)
      return cookie.read()
    } catch (error) {
      log.add('notice', `Whether somebody is signed in here is not known: ${toAuthError(error).message}`)
      return null
    }
  }

  return { find, isOurs }
}
