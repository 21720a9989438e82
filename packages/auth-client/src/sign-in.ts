import type { FactorOutstanding, RegisteredOnly, User } from '@latchkey/contracts'
import type { AxiosResponse } from 'axios'
import { type HeldToken, holdToken, isUser } from './access-token.ts'
import { type AuthError, fromAnswer, signedOut, toAuthError } from './auth-error.ts'
import type { ClientEnvironment } from './environment.ts'
import type { Exclusively } from './exclusive.ts'
import { headerNames } from './header-names.ts'
import type { AuthLog } from './log.ts'
import type { OtherHost } from './other-host.ts'
import { ownPaths } from './own-paths.ts'
import type { Post } from './post.ts'
import type { Renewal } from './renewal.ts'
import type { Session } from './session.ts'
import type { SessionCookie, SessionRef } from './session-cookie.ts'
import type { SessionKeys } from './session-keys.ts'
import type { SignOut } from './sign-out.ts'
import type { Tabs } from './tabs.ts'
import type { TrustKeys } from './trust-keys.ts'

/** What a sign-in came to. */
export interface Entry {
  /** Null when nobody was signed in: something is left to do first. */
  user: User | null
  token: HeldToken | null
  /** The answer as it came. */
  data: unknown
}

interface Needs {
  session: Session
  cookie: SessionCookie
  keys: SessionKeys
  loadTrustKeys: () => Promise<TrustKeys>
  tabs: Tabs
  log: AuthLog
  post: Post
  renewal: Renewal
  signOut: SignOut
  exclusively: Exclusively
  otherHost: () => Promise<OtherHost>
  findSession: (pending?: string) => Promise<SessionRef | null>
  environment: Pick<ClientEnvironment, 'clock'>
}

/** Login, its second step, and registration: the same on each path. Throws AuthError, and then nothing has changed. */
export function createSignIn(needs: Needs) {
  const { session, cookie, keys, loadTrustKeys, tabs, log, post, renewal, signOut } = needs
  const { exclusively, otherHost, findSession, environment } = needs

  async function signIn(path: string, body: unknown): Promise<Entry> {
    const cookieBefore = cookie.read()
    const signOutsBefore = signOut.count()
    const isOvertaken = () => signOut.count() !== signOutsBefore
    let pending: string | undefined
    const opening = exclusively(async () => {
      const received = await exchange(path, body, (id) => (pending = id))
      if (received.token && !isOvertaken()) open(received.token)
      return received
    })
    const entry = await opening.catch(async (error) => {
      const sid = await sidDespite(toAuthError(error), cookieBefore?.sid, pending)
      if (isOvertaken()) throw await revert(sid)
      return await resume(sid)
    })
    if (entry.token && isOvertaken()) throw await revert(entry.token.view.claims.sid)
    return entry
  }

  async function exchange(path: string, body: unknown, begun: (id: string) => void): Promise<Entry> {
    await signOut.finishBeforeSignIn()
    const trustKeys = await loadTrustKeys().catch((error: unknown) => {
      signOut.keepTelling()
      throw error
    })
    const key = await keys.begin()
    if (key) begun(key.id)
    const trust = await trustKeys.begin(path, body, key !== null)
    try {
      const headers = { ...(key && { [headerNames.refreshLock]: key.lock }), ...trust?.headers }
      const answer = await post(path, { body: trust ? body : untrusting(body), headers })
      const token = holdToken(answer.data, environment.clock, cookie.generationWith(answer.data))
      const isLater = token === null && isHalfway(answer)
      const isMade = token === null && path === ownPaths.register && isRegisteredOnly(answer.data)
      if (isMade || isLater) {
        signOut.keepTelling()
        if (key) await keys.discard(key)
        if (isOutstanding(answer.data)) await trustKeys.asked(trust, body, answer.data.ticket)
        log.add('notice', 'Nobody is signed in yet: something is left to do first.')
        return { user: null, token: null, data: answer.data }
      }
      if (!token) throw fromAnswer(answer)
      signOut.replaced()
      if (key) await keys.settle(key, token.view.claims.sid)
      if (trust) await trustKeys.opened(trust, token.user)
      if (!cookie.isReadable) await (await otherHost()).learnOf(token)
      return { user: token.user, token, data: answer.data }
    } catch (error) {
      const failure = toAuthError(error)
      signOut.keepTelling()
      if (key && isRefusal(failure)) await keys.discard(key)
      if (trust && isRefusal(failure)) await trustKeys.refused(trust)
      throw failure
    }
  }

  function open(token: HeldToken) {
    renewal.abandon()
    session.hold(token)
    renewal.settle()
    tabs.handRound(token)
    log.add('signIn', `Signed in as ${token.user.username}.`)
    const isKept = cookie.read() !== null
    if (!isKept)
      log.once(
        'notice',
        'This browser kept no cookie: you are signed in only as long as you stay on this page.',
      )
  }

  /** Somebody signed out while the answer was under way: the later wish counts. */
  async function revert(sid: string): Promise<AuthError> {
    await signOut.signOut(sid)
    return signedOut()
  }

  /** When an answer is lost after its cookies have arrived, the sign-in has worked all the same. */
  async function sidDespite(failure: AuthError, sidBefore?: string, pending?: string): Promise<string> {
    const now = cookie.isReadable || isRefusal(failure) ? cookie.read() : await found(sidBefore, pending)
    if (isRefusal(failure) || !now || now.sid === sidBefore || now.sid === session.sid()) throw failure
    return now.sid
  }

  async function resume(sid: string): Promise<Entry> {
    renewal.abandon()
    session.restore(sid)
    const token = await renewal.renew()
    return { user: token.user, token, data: null }
  }

  /** Where the page cannot read the cookie, the server says whether it has arrived. */
  async function found(sidBefore?: string, pending?: string) {
    const ref = await exclusively(() => findSession(pending))
    return ref?.sid === sidBefore ? null : ref
  }

  return signIn
}

const isRefusal = ({ status }: AuthError) => status !== null && status >= 400 && status < 500

/** Where no key is kept, somebody signs in without being trusted. */
const untrusting = (body: unknown) =>
  typeof body === 'object' && body !== null && 'trustBrowser' in body
    ? { ...body, trustBrowser: false }
    : body

/** A 202: the password was right, and there is a ticket for the next step. */
const isHalfway = ({ status, data }: AxiosResponse<unknown>): boolean => status === 202 && isOutstanding(data)

export const isOutstanding = (data: unknown): data is FactorOutstanding =>
  typeof data === 'object' && data !== null && 'ticket' in data && typeof data.ticket === 'string'

/** A 201 without tokens: the account is there, and nobody is signed in to it. */
export const isRegisteredOnly = (data: unknown): data is RegisteredOnly =>
  typeof data === 'object' && data !== null && 'user' in data && !('accessToken' in data) && isUser(data.user)
