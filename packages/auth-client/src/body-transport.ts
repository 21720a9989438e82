import type { headerNames } from '@latchkey/contracts'
import { payloadOf } from './jwt-payload.ts'
import type { AuthLog } from './log.ts'
import { ownPaths } from './own-paths.ts'
import type { SessionCookie, SessionRef } from './session-cookie.ts'

/** Where a program without cookies keeps its refresh token. Who reads it has the session: keep it from others. */
export interface RefreshTokenStore {
  /** Null: there is none. Called often, so what is slow to read is read before the client is made. */
  read(): string | null
  /**
   * Null: it is not needed any more. A promise is waited for before the answer that brought the token counts, and before
   * the next is written.
   */
  write(token: string | null): void | Promise<void>
}

/** A refresh token that the client carries itself. It says what the `session` cookie says in a browser. */
export interface CarriedToken extends SessionCookie {
  /** For one of the client's own calls. */
  exchange(path: string, body: unknown): Exchange
}

interface Exchange {
  /** To be sent, with the token where it is needed. */
  body: unknown
  headers: Record<string, string>
  /** Keeps the token of the answer. */
  receive(answer: unknown): Promise<void>
}

// The name from `contracts`, as in header-names.ts, and here because no page needs it.
const refreshTransport: (typeof headerNames)['refreshTransport'] = 'X-Refresh-Transport'

export type RefreshTransport = (log: AuthLog) => CarriedToken

/**
 * For programs without cookies, such as a command line or React Native: the refresh token travels in bodies, and is kept in
 * `store`. Whoever needs none of this does not download it either.
 */
export const bodyTransport =
  (store: RefreshTokenStore): RefreshTransport =>
  (log) => {
    const ended = new Set<string>()
    /** Of the session that was signed out last, until the server has heard of it. */
    let leaving: string | null = null
    let written = Promise.resolve()

    function write(token: string | null): Promise<void> {
      written = written
        .then(() => store.write(token))
        .catch(() =>
          log.once(
            'notice',
            'The refresh token could not be kept: the next start may find nobody signed in.',
          ),
        )
      return written
    }

    const isEnded = ({ sid, generation }: SessionRef) => ended.has(sid) || ended.has(`${sid}.${generation}`)

    function read(): SessionRef | null {
      const ref = refOf(store.read())
      return ref && !isEnded(ref) ? ref : null
    }

    return {
      read,
      isReadable: true,
      generationWith: () => read()?.generation,
      told: () => undefined,
      headers: () => ({}),
      endSession(sid) {
        const token = store.read()
        ended.add(sid)
        if (refOf(token)?.sid !== sid) return
        leaving = token
        void write(null)
      },
      endGeneration({ sid, generation }) {
        const kept = refOf(store.read())
        ended.add(`${sid}.${generation}`)
        if (kept?.sid === sid && kept.generation === generation) void write(null)
      },
      // Nobody else's token is in the store, and a sign-out names the session that it ends.
      leaveToOthers: () => false,
      isReplaced: () => false,
      exchange(path, body) {
        const kept = store.read()
        const isRefresh = path === ownPaths.refresh
        const isLogout = path === ownPaths.logout
        const sent = isLogout ? (leaving ?? kept) : kept
        return {
          body: (isRefresh || isLogout) && sent !== null ? { refreshToken: sent } : body,
          headers: { [refreshTransport]: 'body' },
          async receive(answer) {
            if (isLogout) leaving = null
            const token = tokenIn(answer)
            const next = refOf(token)
            if (!next || isEnded(next)) return
            // Another process may share the store, and have signed in or out meanwhile, or refreshed later.
            if (isRefresh && store.read() !== sent && !isNewer(next, refOf(store.read()))) return
            await write(token)
          },
        }
      },
    }
  }

function tokenIn(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('refreshToken' in answer)) return null
  return typeof answer.refreshToken === 'string' ? answer.refreshToken : null
}

function refOf(token: string | null): SessionRef | null {
  const said = token === null ? null : payloadOf(token)
  if (!said || !('sid' in said && 'gen' in said)) return null
  const { sid, gen } = said
  return typeof sid === 'string' && typeof gen === 'number' ? { sid, generation: gen } : null
}

const isNewer = (ref: SessionRef, kept: SessionRef | null) =>
  kept !== null && kept.sid === ref.sid && kept.generation < ref.generation
