import type { User } from '@latchkey/contracts'
import type { AxiosResponse } from 'axios'
import { type HeldToken, holdToken } from './access-token.ts'
import { type AuthError, fromAnswer, signedOut, toAuthError } from './auth-error.ts'
import type { ClientEnvironment } from './environment.ts'
import type { Exclusively } from './exclusive.ts'
import { headerNames } from './header-names.ts'
import type { AuthLog } from './log.ts'
import { ownPaths } from './own-paths.ts'
import type { Post } from './post.ts'
import type { Renewal } from './renewal.ts'
import type { Session } from './session.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { SessionKeys } from './session-keys.ts'
import type { SignOut } from './sign-out.ts'
import type { Tabs } from './tabs.ts'

interface Entry {
  user: User
  /** Null after a registration that signs nobody in, because the address must be confirmed first. */
  token: HeldToken | null
}

interface Needs {
  session: Session
  cookie: SessionCookie
  keys: SessionKeys
  tabs: Tabs
  log: AuthLog
  post: Post
  renewal: Renewal
  signOut: SignOut
  exclusively: Exclusively
  environment: Pick<ClientEnvironment, 'clock'>
}

/** Login and registration: the same steps on two paths. Throws AuthError, and then nothing has changed. */
export function createSignIn(needs: Needs) {
  const { session, cookie, keys, tabs, log, post, renewal, signOut, exclusively, environment } = needs

  async function signIn(path: string, body: unknown): Promise<User> {
    const cookieBefore = cookie.read()
    const signOutsBefore = signOut.count()
    const isOvertaken = () => signOut.count() !== signOutsBefore
    try {
      const { user, token } = await exclusively(async () => {
        const received = await exchange(path, body)
        if (received.token && !isOvertaken()) open(received.token)
        return received
      })
      if (token && isOvertaken()) throw await revert(token)
      return user
    } catch (error) {
      return await despite(toAuthError(error), cookieBefore?.sid)
    }
  }

  async function exchange(path: string, body: unknown): Promise<Entry> {
    await signOut.finishBeforeSignIn()
    const key = await keys.begin()
    try {
      const headers: Record<string, string> = key ? { [headerNames.refreshLock]: key.lock } : {}
      const answer = await post(path, { body, headers })
      const token = holdToken(answer.data, environment.clock, cookie.read()?.generation)
      const registered = path === ownPaths.register && !token ? registeredIn(answer) : null
      if (registered) {
        signOut.keepTelling()
        if (key) await keys.discard(key)
        log.add(
          'notice',
          `The account ${registered.username} has been created. Its address must be confirmed first.`,
        )
        return { user: registered, token: null }
      }
      if (!token) throw fromAnswer(answer)
      signOut.replaced()
      if (key) await keys.settle(key, token.view.claims.sid)
      return { user: token.user, token }
    } catch (error) {
      const failure = toAuthError(error)
      signOut.keepTelling()
      if (key && isRefusal(failure)) await keys.discard(key)
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
  async function revert(token: HeldToken): Promise<AuthError> {
    await signOut.signOut(token.view.claims.sid)
    return signedOut()
  }

  /** When an answer is lost after its cookies have arrived, the sign-in has worked all the same. */
  async function despite(failure: AuthError, sidBefore: string | undefined): Promise<User> {
    const now = cookie.read()
    if (isRefusal(failure) || !now || now.sid === sidBefore || now.sid === session.sid()) throw failure
    renewal.abandon()
    session.restore(now.sid)
    const token = await renewal.renew()
    return token.user
  }

  return signIn
}

const isRefusal = ({ status }: AuthError) => status !== null && status >= 400 && status < 500

/** The account in a 201 without tokens. */
function registeredIn({ status, data }: AxiosResponse<unknown>): User | null {
  if (status !== 201 || typeof data !== 'object' || data === null || 'accessToken' in data) return null
  return 'user' in data && isUser(data.user) ? data.user : null
}

const isUser = (value: unknown): value is User =>
  typeof value === 'object' && value !== null && 'username' in value && typeof value.username === 'string'
