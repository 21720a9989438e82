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
  const me = useQuery<Reply, AuthError, User>({
    queryKey,
    queryFn: ({ signal }) => client.call(routes.me, { signal }),
    select: (reply) => reply.user,
  })
  return {
    user: me.data ?? user,
    show: (changed: User) => queryClient.setQueryData<Reply>(queryKey, { user: changed }),
  }
}
