import { AuthError, type AuthLogEntry, type Exchange, type SessionState } from '@latchkey/auth-client'
import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import {
  type ErrorCode,
  type FieldError,
  ownFieldDefaults,
  type RouteContract,
  routes,
  type User,
} from '@latchkey/contracts'
import axios from 'axios'
import { vi } from 'vitest'

export const ada: User = {
  id: '665f1c2ab7e4a1d3c0ffee01',
  username: 'ada',
  email: 'ada@example.com',
  emailVerified: false,
  roles: ['user'],
  createdAt: '2025-03-14T09:26:53.000Z',
  ...ownFieldDefaults,
}

export function signedIn(
  overrides: {
    tokenId?: string
    remainingMs?: number
    problem?: AuthError
    user?: User
    isKept?: boolean
  } = {},
): SessionState {
  const { tokenId = 'token-1', remainingMs = 900_000, problem = null, user = ada, isKept = true } = overrides
  return {
    status: 'signedIn',
    user,
    accessToken: {
      claims: {
        iss: 'http://localhost:4000',
        aud: 'latchkey',
        sub: user.id,
        sid: 'session-1',
        jti: tokenId,
        iat: 1_760_000_000,
        exp: 1_760_000_900,
        auth_time: 1_760_000_000,
        amr: ['pwd'],
        acr: 'sfa',
        mfa_time: 0,
        epoch: 0,
        roles: user.roles,
        username: user.username,
        email: user.email,
        email_verified: user.emailVerified,
      },
      remainingMs: () => remainingMs,
    },
    problem,
    isKept,
  }
}

export const anonymous: SessionState = { status: 'signedOut', reason: 'anonymous' }

export function logEntry(
  id: number,
  kind: AuthLogEntry['kind'],
  message: string,
  exchange?: Exchange,
): AuthLogEntry {
  const at = new Date(1_760_000_000_000 + id * 1000)
  return { id, at, atMs: id * 1000, kind, message, ...(exchange && { exchange }) }
}

interface Refusal {
  status?: number
  errors?: FieldError[]
  detail?: string
  username?: string
  retryAfterSeconds?: number
}

/** The error a call throws when the server refuses with `code`. */
export function refusal(
  code: ErrorCode,
  { status = 400, errors, detail = code, username, retryAfterSeconds }: Refusal = {},
) {
  return new AuthError(code, detail, {
    status,
    retryAfterSeconds: retryAfterSeconds ?? null,
    problem: {
      type: `about:blank#${code}`,
      title: code,
      status,
      code,
      detail,
      message: detail,
      ...(errors && { errors }),
      ...(username && { username }),
    },
  })
}

type Answers = (options?: {
  body?: unknown
  params?: Record<string, string>
  query?: Record<string, string>
}) => unknown

/** What is answered where that is all there is to say. */
const done = { message: 'Done.' }

/** An AuthClient that does nothing by itself: tests move its state and its log, and say how calls end. */
export function fakeAuthClient(initial: SessionState) {
  const state = fakeStore(initial)
  const log = fakeStore<readonly AuthLogEntry[]>([])
  const answers = new Map<RouteContract, Answers>([
    [routes.sessions, () => ({ sessions: [] })],
    [routes.activity, () => ({ events: [] })],
    [routes.devices, () => ({ devices: [] })],
    [routes.me, () => ({ user: ada })],
    [routes.updateMe, () => ({ user: ada })],
    [routes.factors, () => ({ totp: null, recoveryCodesLeft: 0, required: false })],
    [routes.passkeys, () => ({ passkeys: [], rpId: 'localhost', userHandle: null, hasPassword: true })],
    [routes.confirmationMethods, () => ({ methods: ['password'] })],
    [routes.passwordPolicy, () => ({ minLength: 8, maxLength: 128 })],
  ])

  async function enter() {
    state.set(signedIn())
    return ada
  }

  return {
    start: vi.fn(async () => undefined),
    stop: vi.fn(),
    getState: state.get,
    subscribe: state.subscribe,
    register: vi.fn<LazyAuthClient['register']>(enter),
    login: vi.fn<LazyAuthClient['login']>(enter),
    loginFactor: vi.fn<LazyAuthClient['loginFactor']>(enter),
    loginFactorWithPasskey: vi.fn<LazyAuthClient['loginFactorWithPasskey']>(enter),
    canTrustBrowser: vi.fn(() => false),
    loginEnrol: vi.fn<LazyAuthClient['loginEnrol']>(async () => {
      await enter()
      return { recoveryCodes: [] }
    }),
    reauthenticate: vi.fn<LazyAuthClient['reauthenticate']>(async () => undefined),
    loginWithPasskey: vi.fn<LazyAuthClient['loginWithPasskey']>(() => new Promise(() => undefined)),
    addPasskey: vi.fn<LazyAuthClient['addPasskey']>(),
    confirmWithPasskey: vi.fn<LazyAuthClient['confirmWithPasskey']>(async () => undefined),
    upgradeToPasskey: vi.fn<LazyAuthClient['upgradeToPasskey']>(async () => false),
    signalPasskeys: vi.fn<LazyAuthClient['signalPasskeys']>(async () => undefined),
    onStepUp: vi.fn<LazyAuthClient['onStepUp']>(() => () => undefined),
    logout: vi.fn<LazyAuthClient['logout']>(async () =>
      state.set({ status: 'signedOut', reason: 'signedOut' }),
    ),
    call: vi.fn().mockImplementation(async (route: RouteContract, options) => {
      const answer = answers.get(route)
      if (answer || route.reply === null) return answer?.(options)
      if (route.reply.safeParse(done).success) return done
      // Pages take it for an outage, so that the test would only see that nothing comes.
      const missing = `The test has no answer to ${route.method} ${route.path}: say it with client.answer(route, () => …)`
      console.error(missing)
      throw new Error(missing)
    }),
    http: vi.fn(async () => axios.create()),
    preload: vi.fn(),
    refresh: vi.fn<LazyAuthClient['refresh']>(async () => undefined),
    expireAccessToken: vi.fn(),
    getLog: log.get,
    subscribeLog: log.subscribe,
    clearLog: vi.fn(() => log.set([])),

    /** How calls of a route end from now on: with what this returns, or throws. */
    answer: (route: RouteContract, answer: Answers) => void answers.set(route, answer),
    become: state.set,
    write: log.set,
  } satisfies LazyAuthClient & Record<string, unknown>
}

function fakeStore<Value>(initial: Value) {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next: Value) {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
