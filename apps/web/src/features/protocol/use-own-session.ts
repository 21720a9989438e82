import type { AuthLogEntry } from '@latchkey/auth-client'
import { routes, type Session } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'

export interface OwnSession {
  /** As the server lists it. Null: not loaded yet. */
  session: Session | null
  /** Of its refresh token: what the server said last. Null: not known yet. */
  generation: number | null
}

export function useOwnSession(): OwnSession {
  const client = useAuthClient()
  // Not the log, which would render the whole page with each of its entries.
  const logged = useSyncExternalStore(client.subscribeLog, () => generationIn(client.getLog()))
  // Shares what it knows with the list of sessions.
  const { data } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => client.call(routes.sessions, { signal }),
  })
  const session = data?.sessions.find(({ current }) => current) ?? null
  const known = [session?.generation, logged].filter((value) => value !== undefined)
  return { session, generation: known.length > 0 ? Math.max(...known) : null }
}

/** Of the last refresh that was answered. */
export const generationIn = (entries: readonly AuthLogEntry[]): number | undefined =>
  entries.findLast(({ kind, exchange }) => kind === 'refreshed' && exchange)?.exchange?.generation
