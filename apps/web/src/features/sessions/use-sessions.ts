import type { AuthError } from '@latchkey/auth-client'
import { type ReplyOf, routes, type Session } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { knownBrowsersKey } from './use-known-browsers.ts'

type Reply = ReplyOf<typeof routes.sessions>

const queryKey = ['sessions']

/** The signed-in devices as the server lists them, most recently used first. */
export function useSessions() {
  const client = useAuthClient()
  return useQuery<Reply, AuthError, Session[]>({
    queryKey,
    queryFn: ({ signal }) => client.call(routes.sessions, { signal }),
    select: ({ sessions }) => sessions,
  })
}

/** Shows the new name at once, and the old one again if the server refuses. */
export function useRenameSession(session: Session) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const show = (name: string | null) =>
    edit(queryClient, (sessions) =>
      sessions.map((each) => (each.id === session.id ? { ...each, name } : each)),
    )

  return useMutation<unknown, AuthError, string, { before: string | null }>({
    mutationFn: (name) => client.call(routes.renameSession, { params: { id: session.id }, body: { name } }),
    onMutate: async (name) => {
      await queryClient.cancelQueries({ queryKey })
      show(name || null)
      return { before: session.name }
    },
    // Not `session`, which has the new name by now: what is pending is given the functions of the latest render.
    onError: (_error, _name, kept) => kept && show(kept.before),
    // Of several at once, the name before one may be refused, too: what it is in the end only the server knows.
    onSettled: () => void queryClient.invalidateQueries({ queryKey }),
  })
}

/** Shown only when the server has confirmed it: people rely on a session having ended. */
export function useEndSession(session: Session) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<void, AuthError>({
    mutationFn: async () => {
      await client.call(routes.revokeSession, { params: { id: session.id } }).catch(unlessGone)
    },
    onSuccess: () => edit(queryClient, (sessions) => sessions.filter(({ id }) => id !== session.id)),
  })
}

export function useEndOtherSessions() {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<void, AuthError>({
    mutationFn: async () => {
      await client.call(routes.revokeOtherSessions)
    },
    onSuccess: () => {
      edit(queryClient, (sessions) => sessions.filter(({ current }) => current))
      // Nor is any other browser known or trusted any more.
      void queryClient.invalidateQueries({ queryKey: knownBrowsersKey })
    },
  })
}

export function useSignOutEverywhere() {
  const client = useAuthClient()
  return useMutation<void, AuthError>({
    mutationFn: async () => {
      await client.call(routes.logoutEverywhere)
      // The server is done; this tells the page and the other tabs.
      await client.logout()
    },
  })
}

function edit(queryClient: QueryClient, change: (sessions: Session[]) => Session[]) {
  queryClient.setQueryData<Reply>(queryKey, (before) => before && { sessions: change(before.sessions) })
}

/** It had already ended, which is what was wanted. */
function unlessGone(error: AuthError) {
  if (error.code !== 'not_found') throw error
}
