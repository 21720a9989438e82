import type { AuthError } from '@latchkey/auth-client'
import { defaultLanguage, languageIn, type ReplyOf, routes, type User } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { meKey } from '../../app/use-mail-language.ts'

type Reply = ReplyOf<typeof routes.me>

/** The account as the database has it; until that arrives, as it was when the access token was issued. */
export function useMe() {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const { user } = useSignedIn()
  const me = useQuery<Reply, AuthError>({
    queryKey: meKey,
    queryFn: ({ signal }) => client.call(routes.me, { signal }),
  })
  return {
    user: me.data?.user ?? user,
    /** The address that was asked for and is not confirmed yet. */
    pendingEmail: me.data?.pendingEmail ?? null,
    /** In which mails come. Null: it is not known. */
    mailLanguage: me.data?.language === undefined ? null : (languageIn(me.data.language) ?? defaultLanguage),
    show: (changed: User) =>
      queryClient.setQueryData<Reply>(meKey, (before) => ({ ...before, user: changed })),
    showPending: (pendingEmail: string | null) =>
      queryClient.setQueryData<Reply>(meKey, (before) => ({ user, ...before, pendingEmail })),
  }
}
