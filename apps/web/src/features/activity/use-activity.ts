import type { AuthError } from '@latchkey/auth-client'
import { type ActivityEvent, type ReplyOf, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'

type Page = ReplyOf<typeof routes.activity>

/** What happened to the account, newest first. */
export function useActivity() {
  const client = useAuthClient()
  return useQuery<Page, AuthError, ActivityEvent[]>({
    queryKey: ['activity'],
    queryFn: ({ signal }) => client.call(routes.activity, { signal }),
    select: ({ events }) => events,
    // The dashboard lists every request; one that comes from switching windows would be puzzling.
    refetchOnWindowFocus: false,
  })
}

/** The same with what is older, a page at a time. */
export function useActivityPages() {
  const client = useAuthClient()
  return useInfiniteQuery<Page, AuthError, ActivityEvent[], string[], string | null>({
    queryKey: ['activity', 'pages'],
    queryFn: ({ pageParam, signal }) =>
      client.call(routes.activity, { query: pageParam === null ? {} : { after: pageParam }, signal }),
    initialPageParam: null,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ events }) => events),
    refetchOnWindowFocus: false,
  })
}
