import type {
  BodyInputOf,
  FactorOutstanding,
  RegisteredOnly,
  ReplyOf,
  RouteContract,
  routes,
  User,
} from '@latchkey/contracts'
import { holdToken, isOlder, spoil } from './access-token.ts'
import { AuthError, signedOut, toAuthError, withoutCode } from './auth-error.ts'
import type { AnyCallOptions, Call } from './call.ts'
import { createExclusively, pageLocks } from './exclusive.ts'
import type { InterceptorNeeds } from './interceptor.ts'
import { createKeptCookies } from './kept-cookies.ts'
import { type AuthLogEntry, createLog } from './log.ts'
import type { OtherHost } from './other-host.ts'
import { ownPaths } from './own-paths.ts'
import type { PasskeyClient } from './passkey-client.ts'
import type { Passkeys } from './passkeys.ts'
import { createPost } from './post.ts'
import { createRefresh } from './refresh.ts'
import { createRenewal } from './renewal.ts'
import { createSession, type SessionState } from './session.ts'
import { createSessionCookie, type SessionRef } from './session-cookie.ts'
import { createSessionKeys } from './session-keys.ts'
import type { Settings } from './settings.ts'
import { createSignIn, type Entry, isOutstanding, isRegisteredOnly } from './sign-in.ts'
import { createSignOut } from './sign-out.ts'
import { type AskForStepUp, createStepUp } from './step-up.ts'
import { createTabs, type TabMessage } from './tabs.ts'
import { createToldSession } from './told-session.ts'
import type { Transport } from './transport.ts'
import type { TrustKeys } from './trust-keys.ts'

/** A client, apart from how it loads axios. */
export interface AuthClientCore extends PasskeyClient {
  /**
   * Starts the silent sign-in and the listeners; calling it twice does no more. Resolves once the server has answered,
   * or could not be asked.
   */
  start(): Promise<void>
  /** Removes timers and listeners. `start()` may be called again. */
  stop(): void
  /** The same reference until it changes. */
  getState(): SessionState
  subscribe(listener: () => void): () => void
  /**
   * Creates an account and signs in; or, where something is left to do first, says what comes `next`, and nobody is
   * signed in yet. @throws AuthError
   */
  register(body: BodyInputOf<typeof routes.register>): Promise<User | RegisteredOnly>
  /**
   * Who is signed in now; or, where a second factor is outstanding, the ticket with which `loginFactor` goes on.
   * Nobody is signed in by that yet. @throws AuthError
   */
  login(body: BodyInputOf<typeof routes.login>): Promise<User | FactorOutstanding>
  /**
   * The second step. With `trustBrowser` the next ones are left out here for 30 days, where `canTrustBrowser()`.
   * @throws AuthError
   */
  loginFactor(body: BodyInputOf<typeof routes.loginFactor>): Promise<User>
  /** Whether this browser keeps what it takes to be trusted, as `login()` has just found. */
  canTrustBrowser(): boolean
  /** The second step where there was no factor and has to be one: its code signs in. @throws AuthError */
  loginEnrol(body: { ticket: string; code: string }): Promise<{ recoveryCodes: string[] }>
  /**
   * Shows again who is signed in, for what needs a recent sign-in; the token that comes back says so, in every tab.
   * @throws AuthError
   */
  reauthenticate(body: BodyInputOf<typeof routes.reauthenticate>): Promise<void>
  /**
   * Who asks people to confirm who they are: one question for however many requests wait, which then go on. Without
   * it, or when the promise is rejected, they fail with `step_up_required`. Returns a function that ends it.
   */
  onStepUp(ask: AskForStepUp): () => void
  /** Ends the session here at once, and on the server as soon as that can be reached. Never fails. */
  logout(): Promise<void>
  call: Call
  /** Renews the access token now; callers at the same time share one renewal. @throws AuthError */
  refresh(): Promise<void>
  /** For demonstrations: makes the server refuse the token in memory, so that the next call refreshes. */
  expireAccessToken(): void
  /** Newest last, the last 200; the same reference until it changes. */
  getLog(): readonly AuthLogEntry[]
  subscribeLog(listener: () => void): () => void
  clearLog(): void
}

/**
 * Puts the parts of a client together. `transport` is called for every request; whoever makes one gives `needs` to the
 * interceptor.
 */
export function createAuthClientCore(
  { baseUrl, cookiePrefix, refreshTransport, environment }: Settings,
  transport: () => Promise<Transport>,
): { client: AuthClientCore; needs: InterceptorNeeds } {
  const { clock, random } = environment
  const name = `latchkey:${baseUrl}`

  const log = createLog(clock)
  const stepUp = createStepUp(log)
  const carried = refreshTransport?.(log) ?? null
  const page = environment.pageOrigin
  const told = () => createToldSession(environment.storage, `${name}:session`)
  const readable = () => createSessionCookie(environment.cookies, cookiePrefix)
  const cookie = carried ?? (isElsewhere(baseUrl, page, 'hostname') ? told() : readable())
  const isKept = createKeptCookies(cookie)
  const session = createSession(cookie.read()?.sid ?? null, isKept)
  const tabs = createTabs(environment.openChannel, name, clock.wallNow)
  const post = createPost(transport, log, cookie, carried, explain)
  const exclusively = createExclusively(environment.locks ?? pageLocks(), name, clock)
  const keys = createSessionKeys({
    ...environment,
    log,
    noteName: `${name}:bound`,
    currentSid: () => cookie.read()?.sid ?? null,
  })
  let trustKeys: TrustKeys | null = null
  let foundSid: string | null = null
  const refresh = createRefresh({ cookie, keys, post, otherHost, environment })
  const common = { session, cookie, keys, tabs, log, post, exclusively, environment }
  const renewal = createRenewal({ ...common, clock, random, refresh })
  const signOut = createSignOut({ ...common, renewal, noteName: `${name}:signOut` })
  const signIn = createSignIn({ ...common, loadTrustKeys, renewal, signOut, otherHost, findSession })

  /** Nobody needs them before a sign-in. */
  async function loadTrustKeys(): Promise<TrustKeys> {
    const { createTrustKeys } = await transport()
    trustKeys ??= createTrustKeys({ ...environment, log })
    return trustKeys
  }

  async function otherHost(): Promise<OtherHost> {
    return (await transport()).createOtherHost({ baseUrl, cookie, keys, log, post, environment })
  }

  async function explain(error: unknown): Promise<unknown> {
    if (!isElsewhere(baseUrl, page, 'origin')) return error
    return await otherHost().then(
      (other) => other.explain(error),
      () => error,
    )
  }

  /** A page that cannot load what it asks by knows of nobody; the next one asks again. */
  function findSession(pending?: string): Promise<SessionRef | null> {
    return otherHost().then(
      ({ find }) => find(pending),
      () => null,
    )
  }

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
    if (!cookie.isReadable && session.sid() === null && signOut.isSettled()) await lookForSession()
    // If this fails, the state says so.
    if (session.sid() !== null && !session.token()) await renewal.renew().catch(() => undefined)
  }

  /** Where the cookie cannot be read and nothing is known of it, nobody but the server can say whether there is one. */
  async function lookForSession() {
    const found = await exclusively(() => findSession())
    if (!found || session.sid() !== null) return
    foundSid = found.sid
    session.restore(found.sid)
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

  /** The cookie decides who is signed in: when another tab has changed it, this tab follows. */
  function followCookie(gone: () => void = () => session.end('signedOut')) {
    const sid = cookie.read()?.sid ?? null
    if (sid === session.sid()) return
    const state = session.getState()
    // A cookie that never came cannot have gone.
    if (sid === null && state.status === 'signedIn' && !state.isKept) return
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
    // A frozen tab hears this late. Both tabs read the same wall clock.
    const ageMs = message.ageMs + Math.max(0, clock.wallNow() - message.sentAt)
    const token = holdToken(message, clock, message.generation, ageMs)
    const isOfCookie = token && token.view.claims.sid === cookie.read()?.sid
    if (!isOfCookie || token.view.remainingMs() === 0) return followCookie()
    const held = session.token()
    const { sid, jti } = token.view.claims
    const isOfSession = held?.view.claims.sid === sid
    if (isOfSession && (held.view.claims.jti === jti || isOlder(token, held))) return
    if (session.sid() !== sid) renewal.abandon()
    session.hold(token)
    renewal.settle()
    log.add('refreshed', 'Another tab passed on a new access token.')
  }

  async function reauthenticate(body: unknown): Promise<void> {
    const answer = await sendAny(reauthentication, { body })
    if (!takeConfirmation(answer)) throw signedOut()
  }

  /** A token for this session in an answer says what has been shown by now, whatever was asked for. */
  function takeConfirmation(answer: unknown): boolean {
    const token = holdToken(answer, clock, cookie.generationWith(answer) ?? cookie.read()?.generation)
    if (!token || token.view.claims.sid !== session.sid()) return false
    session.hold(token)
    renewal.settle()
    tabs.handRound(token)
    log.add('notice', 'You have confirmed who you are.')
    return true
  }

  let passkeys: Promise<Passkeys> | null = null

  function loadPasskeys(): Promise<Passkeys> {
    passkeys ??= import('./passkeys.ts')
      .then(({ createPasskeys }) =>
        createPasskeys({
          post,
          send,
          signIn: async (path, body) => userOf(await signIn(path, body)),
          reauthenticate,
          environment,
        }),
      )
      .catch(async (error) => {
        passkeys = null
        throw await withoutCode(error)
      })
    return passkeys
  }

  const call: Call = async (route, ...[options]) => (await send(route, options)) as ReplyOf<typeof route>

  async function send(route: RouteContract, options?: AnyCallOptions): Promise<unknown> {
    const answer = await sendAny(route, options)
    takeConfirmation(answer)
    return answer
  }

  async function sendAny(route: RouteContract, options?: AnyCallOptions): Promise<unknown> {
    const loaded = await transport().catch((error) => {
      throw toAuthError(error)
    })
    return await loaded.call(route, options)
  }

  const client: AuthClientCore = {
    start,
    stop,
    getState: session.getState,
    subscribe: session.subscribe,
    async register(body) {
      const entry = await signIn(ownPaths.register, body)
      // A server of the last release does not say what comes next. There it was this.
      return isRegisteredOnly(entry.data)
        ? { ...entry.data, next: entry.data.next ?? 'confirm_email' }
        : userOf(entry)
    },
    async login(body) {
      const entry = await signIn(ownPaths.login, body)
      return isOutstanding(entry.data) ? entry.data : userOf(entry)
    },
    loginFactor: async (body) => userOf(await signIn(ownPaths.loginFactor, body)),
    canTrustBrowser: () => trustKeys?.isPossible() === true && !environment.cookies.areBlocked?.(),
    async loginEnrol(body) {
      const { data } = await signIn(ownPaths.confirmEnrol, body)
      // Where the answer was lost, so are they: new ones can be had any time.
      return { recoveryCodes: codesIn(data) }
    },
    reauthenticate,
    loginWithPasskey: async (options) => (await loadPasskeys()).login(options),
    loginFactorWithPasskey: async (step) => (await loadPasskeys()).loginFactor(step),
    addPasskey: async (name) => (await loadPasskeys()).add(name),
    confirmWithPasskey: async () => (await loadPasskeys()).confirm(),
    upgradeToPasskey: async () => (await loadPasskeys().catch(() => null))?.upgrade() ?? false,
    signalPasskeys: async (known) => (await loadPasskeys().catch(() => null))?.signal(known),
    onStepUp: stepUp.onStepUp,
    logout: () => signOut.signOut(session.sid() ?? cookie.read()?.sid ?? null),
    call,
    async refresh() {
      await renewal.renew()
    },
    expireAccessToken() {
      const token = session.token()
      if (!token) return
      log.add('notice', 'The access token was spoiled on purpose: the server now refuses it.')
      session.hold(spoil(token))
    },
    getLog: log.get,
    subscribeLog: log.subscribe,
    clearLog: log.clear,
  }
  return {
    client,
    needs: { baseUrl, session, renewal, stepUp, log, clock, wasFound: (sid) => sid === foundSid },
  }
}

/** Whether the API is on another origin than the page; or on another host, whose cookies no page can read on any port. */
const isElsewhere = (baseUrl: string, page: string | null, by: 'origin' | 'hostname') =>
  page !== null && new URL(baseUrl, page)[by] !== new URL(page)[by]

function userOf({ user }: Entry): User {
  if (user) return user
  throw new AuthError('unexpected_answer', 'This page does not understand the server’s answer.')
}

const codesIn = (data: unknown): string[] =>
  typeof data === 'object' && data !== null && 'recoveryCodes' in data && Array.isArray(data.recoveryCodes)
    ? data.recoveryCodes.map(String)
    : []

/** `routes.reauthenticate`, without the schemas that would come with it. */
const reauthentication: RouteContract = {
  method: 'POST',
  path: '/reauthenticate',
  summary: '',
  requires: 'accessToken',
  status: 200,
  reply: null,
  errors: [],
}
