import type { BodyInputOf, ReplyOf, routes, User } from '@latchkey/contracts'
import { holdToken, spoil } from './access-token.ts'
import { toAuthError } from './auth-error.ts'
import type { Call } from './call.ts'
import { createExclusively, pageLocks } from './exclusive.ts'
import type { InterceptorNeeds } from './interceptor.ts'
import { type AuthLogEntry, createLog } from './log.ts'
import { ownPaths } from './own-paths.ts'
import { createPost } from './post.ts'
import { createRefresh } from './refresh.ts'
import { createRenewal } from './renewal.ts'
import { createSession, type SessionState } from './session.ts'
import { createSessionCookie } from './session-cookie.ts'
import { createSessionKeys } from './session-keys.ts'
import type { Settings } from './settings.ts'
import { createSignIn } from './sign-in.ts'
import { createSignOut } from './sign-out.ts'
import { createTabs, type TabMessage } from './tabs.ts'
import type { Transport } from './transport.ts'

/** What a client does, however it comes by axios. */
export interface AuthClientCore {
  /**
   * Silent sign-in and listeners; idempotent. Resolves when the first verdict is known, or the first attempt failed for
   * a passing reason.
   */
  start(): Promise<void>
  /** Removes timers and listeners. `start()` may be called again. */
  stop(): void
  /** The same reference until it changes. */
  getState(): SessionState
  subscribe(listener: () => void): () => void
  /**
   * Makes an account and signs in; where the server first wants the address confirmed, nobody is signed in afterwards.
   * @throws AuthError
   */
  register(body: BodyInputOf<typeof routes.register>): Promise<User>
  /** @throws AuthError */
  login(body: BodyInputOf<typeof routes.login>): Promise<User>
  /** Ends the session here at once, and on the server as soon as it can be reached. Never fails. */
  logout(): Promise<void>
  call: Call
  /** Renews now, once for everybody who asks. @throws AuthError */
  refresh(): Promise<void>
  /** For demonstration: the server refuses the token in memory from now on, so the next call refreshes. */
  expireAccessToken(): void
  /** Newest last, the last 200; the same reference until it changes. */
  getLog(): readonly AuthLogEntry[]
  subscribeLog(listener: () => void): () => void
  clearLog(): void
}

/**
 * A client, and what makes axios part of it. `transport` is asked with each request; whoever makes one installs the
 * interceptor on its `http`, once, with these needs.
 */
export function createAuthClientCore(
  { baseUrl, environment }: Settings,
  transport: () => Promise<Transport>,
): { client: AuthClientCore; needs: InterceptorNeeds } {
  const { clock, random } = environment
  const name = `latchkey:${baseUrl}`

  const log = createLog(clock.wallNow)
  const cookie = createSessionCookie(environment.cookies)
  const session = createSession(cookie.read()?.sid ?? null)
  const tabs = createTabs(environment.openChannel, name, clock.wallNow)
  const post = createPost(transport, log)
  const exclusively = createExclusively(environment.locks ?? pageLocks(), name, clock)
  const keys = createSessionKeys({
    ...environment,
    log,
    noteName: `${name}:bound`,
    currentSid: () => cookie.read()?.sid ?? null,
  })
  const refresh = createRefresh({ cookie, keys, post, environment })
  const common = { session, cookie, keys, tabs, log, post, exclusively, environment }
  const renewal = createRenewal({ ...common, clock, random, refresh })
  const signOut = createSignOut({ ...common, renewal, noteName: `${name}:signOut` })
  const signIn = createSignIn({ ...common, renewal, signOut })

  let started: Promise<void> | null = null
  let stopListening = () => {}

  function start(): Promise<void> {
    started ??= begin()
    return started
  }

  async function begin(): Promise<void> {
    stopListening = environment.onWake(wake)
    tabs.open(hear)
    signOut.resume()
    renewal.resume()
    followCookie()
    // What went wrong is in the state: a verdict, or a problem that is being retried.
    if (session.sid() !== null && !session.token()) await renewal.renew().catch(() => undefined)
  }

  function stop() {
    started = null
    stopListening()
    tabs.close()
    signOut.pause()
    renewal.pause()
  }

  function wake() {
    followCookie()
    renewal.wake()
  }

  /** The cookie decides who is signed in; whatever another tab did to it, this one does likewise. */
  function followCookie(gone: () => void = () => session.end('signedOut')) {
    const sid = cookie.read()?.sid ?? null
    if (sid === session.sid()) return
    renewal.abandon()
    if (sid === null) {
      log.add('signOut', 'The session cookie is gone: signed out in another tab.')
      return gone()
    }
    log.add('signIn', 'Another session was opened in another tab.')
    session.restore(sid)
    renewal.renew().catch(() => undefined)
  }

  function hear(message: TabMessage) {
    if (message.type === 'token') return acceptToken(message)
    if (message.type === 'signedOut') return signOut.signedOutElsewhere(message.sid)
    followCookie(() => session.end('ended', message.code))
  }

  function acceptToken(message: TabMessage & { type: 'token' }) {
    // A frozen tab hears late; both tabs read the same wall clock.
    const ageMs = message.ageMs + Math.max(0, clock.wallNow() - message.sentAt)
    const token = holdToken(message, clock, message.generation, ageMs)
    const isOfCookie = token && token.view.claims.sid === cookie.read()?.sid
    if (!isOfCookie || token.view.remainingMs() === 0) return followCookie()
    const held = session.token()?.view.claims
    const { sid, iat, jti } = token.view.claims
    if (held?.sid === sid && (held.iat > iat || held.jti === jti)) return
    if (session.sid() !== sid) renewal.abandon()
    session.hold(token)
    renewal.settle()
    log.add('refreshed', 'Another tab handed round a new access token.')
  }

  const call: Call = async (route, ...[options]) => {
    const loaded = await transport().catch((error) => {
      throw toAuthError(error)
    })
    return (await loaded.call(route, options)) as ReplyOf<typeof route>
  }

  const client: AuthClientCore = {
    start,
    stop,
    getState: session.getState,
    subscribe: session.subscribe,
    register: (body) => signIn(ownPaths.register, body),
    login: (body) => signIn(ownPaths.login, body),
    logout: () => signOut.signOut(session.sid() ?? cookie.read()?.sid ?? null),
    call,
    async refresh() {
      await renewal.renew()
    },
    expireAccessToken() {
      const token = session.token()
      if (!token) return
      log.add('notice', 'The access token was spoiled on purpose: the server refuses it from now on.')
      session.hold(spoil(token))
    },
    getLog: log.get,
    subscribeLog: log.subscribe,
    clearLog: log.clear,
  }
  return {
    client,
    needs: { baseUrl, session, renewal, log, clock },
  }
}
