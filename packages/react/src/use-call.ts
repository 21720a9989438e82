import { type AuthClientCore, AuthError, type SessionState } from '@latchkey/auth-client'
import type { CallOf, ReplyOf, RouteContract } from '@latchkey/contracts'
import { useCallback, useEffect, useState } from 'react'
import { useAuthClient } from './auth-provider.tsx'
import { useSession } from './use-session.ts'

export interface CallState<Reply> {
  /** The last answer to this question. Never one to another, nor to a question of somebody else. */
  data: Reply | undefined
  /** Why there is none, or none that is newer. */
  failure: AuthError | null
  isLoading: boolean
  /** Asks again. What is there stays until the answer comes. */
  reload: () => void
}

type Question = RouteContract & { method: 'GET' }
type Asked<Route extends Question> = Omit<CallOf<Route>, 'body'>
type OptionsOf<Route extends Question> =
  Record<never, never> extends Asked<Route> ? [options?: Asked<Route>] : [options: Asked<Route>]

/** What came of a question, which it was, and whom it was put to. */
interface Outcome {
  client: AuthClientCore
  of: string
  /** Null: it is being asked anew. */
  turn: number | null
  data: unknown
  failure: AuthError | null
}

/**
 * What a GET of the contract answers, for one component; nothing is shared or kept. It is asked when the component is shown,
 * and again for other options or another session; taken back when the component goes. What needs somebody to be signed in is
 * asked when somebody is. `route` is a constant.
 */
export function useCall<Route extends Question>(
  route: Route,
  ...[options]: OptionsOf<Route>
): CallState<ReplyOf<Route>> {
  const client = useAuthClient()
  const session = useSession()
  const asker = askerOf(route, session)
  const asked = JSON.stringify(options ?? {})
  const question = `${asker} ${route.method} ${route.path} ${asked}`
  const [turn, setTurn] = useState(0)
  const [outcome, setOutcome] = useState<Outcome | null>(null)

  useEffect(() => {
    if (asker === null) return
    const leaving = new AbortController()
    const { signal } = leaving
    const isOfThis = (before: Outcome | null) => before?.of === question && before.client === client
    setOutcome((before) => (before && isOfThis(before) ? { ...before, turn: null } : before))
    // Without its type: what a route takes is checked above.
    const call: (route: Question, options: object) => Promise<unknown> = client.call
    call(route, { ...JSON.parse(asked), signal })
      .then((data) => !signal.aborted && setOutcome({ client, of: question, turn, data, failure: null }))
      .catch((failure: unknown) => {
        if (signal.aborted) return
        setOutcome((before) => {
          // A mistake in the program, which the nearest error boundary shows.
          if (!(failure instanceof AuthError)) throw failure
          return { client, of: question, turn, data: isOfThis(before) ? before?.data : undefined, failure }
        })
      })
    return () => leaving.abort()
  }, [client, route, asker, asked, question, turn])

  const known = outcome?.of === question && outcome.client === client ? outcome : null
  return {
    data: known?.data as ReplyOf<Route> | undefined,
    failure: known?.failure ?? null,
    isLoading: asker === null ? session.status === 'restoring' : known?.turn !== turn,
    reload: useCallback(() => setTurn((before) => before + 1), []),
  }
}

/** For whom a route answers: a session, or anybody. Null: nobody can ask it now. */
function askerOf({ requires }: Question, session: SessionState): string | null {
  if (requires === 'nothing') return 'anybody'
  if (session.status === 'signedIn') return session.accessToken.claims.sid
  return session.status === 'signedOut' && requires === 'accessTokenIfAny' ? 'anybody' : null
}
