import type { AuthError } from '@latchkey/auth-client'
import { type ActivityEvent, type ReplyOf, routes } from '@latchkey/contracts'
import { useQuery } from '@tanstack/react-query'
import { useAuthClient } from '../../app/auth-context.ts'

/** What happened to the account, newest first. */
export function useActivity() {
  const client = useAuthClient()
  return useQuery<ReplyOf<typeof routes.activity>, AuthError, ActivityEvent[]>({
    queryKey: ['activity'],
    queryFn: ({ signal }) => client.call(routes.activity, { signal }),
    select: ({ events }) => events,
    // The dashboard lists every request; one that comes from switching windows would be puzzling.
    refetchOnWindowFocus: false,
  })
}
