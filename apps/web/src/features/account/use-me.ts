import type { AuthError } from '@latchkey/auth-client'
import { type ReplyOf, routes, type User } from '@latchkey/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useAuthClient } from '../../app/auth-context.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'

type Reply = ReplyOf<typeof routes.me>

const queryKey = ['me']

/** The account as the database has it; until that arrives, as it was when the access token was issued. */
export function useMe() {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const { user } = useSignedIn()
  const me = useQuery<Reply, AuthError>({
    queryKey,
    queryFn: ({ signal }) => client.call(routes.me, { signal }),
  })
  return {
    user: me.data?.user ?? user,
    /** The address that was asked for and is not confirmed yet. */
    pendingEmail: me.data?.pendingEmail ?? null,
    show: (changed: User) =>
      queryClient.setQueryData<Reply>(queryKey, (before) => ({ ...before, user: changed })),
    showPending: (pendingEmail: string | null) =>
      queryClient.setQueryData<Reply>(queryKey, (before) => ({ user, ...before, pendingEmail })),
  }
}
