import type { AuthClientCore, AuthLogEntry, SessionState } from '@latchkey/auth-client'
import type { RouteContract } from '@latchkey/contracts'
import { vi } from 'vitest'

export const anonymous: SessionState = { status: 'signedOut', reason: 'anonymous' }
export const restoring: SessionState = { status: 'restoring', problem: null }

/** Somebody of that name, in a session of that id; `token` tells one token of it from the next. */
export function signedIn(
  name: string,
  { sid = `${name}-1`, token = 1, roles = ['user'] } = {},
): SessionState {
  const user = { id: name, username: name, email: `${name}@example.com`, roles }
  const claims = { sub: name, sid, jti: String(token), roles }
  return {
    status: 'signedIn',
    user,
    accessToken: { claims },
    problem: null,
    isKept: true,
  } as SessionState & {
    status: 'signedIn'
  }
}

export interface Asked {
  route: RouteContract
  options: { params?: object; query?: object; signal: AbortSignal }
  answer(reply: unknown): void
  fail(error: unknown): void
}

/** A client whose state a test moves, and whose calls it answers one by one. */
export function fakeClient(initial: SessionState) {
  const state = store(initial)
  const log = store<readonly AuthLogEntry[]>([])
  const asked: Asked[] = []
  const client = {
    start: vi.fn(async () => undefined),
    stop: vi.fn(),
    getState: state.get,
    subscribe: state.subscribe,
    getLog: log.get,
    subscribeLog: log.subscribe,
    call: (route: RouteContract, options: Asked['options']) =>
      new Promise((answer, fail) => asked.push({ route, options, answer, fail })),
  }
  return { client: client as unknown as AuthClientCore, ...client, asked, become: state.set, write: log.set }
}

function store<Value>(initial: Value) {
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
