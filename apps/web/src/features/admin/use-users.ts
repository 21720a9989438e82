import type { AuthError } from '@latchkey/auth-client'
import { type ManagedUser, type ReplyOf, type Role, routes } from '@latchkey/contracts'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useAuthClient } from '../../app/auth-context.ts'

type Inspected = ReplyOf<typeof routes.inspectUser>

const listKey = 'users'
const userKey = (id: string) => ['user', id]

/** Users whose name or address begins with the query; the newest without one. */
export function useUsers(query: string) {
  const client = useAuthClient()
  return useQuery<ReplyOf<typeof routes.findUsers>, AuthError, ManagedUser[]>({
    queryKey: [listKey, query],
    queryFn: ({ signal }) => client.call(routes.findUsers, { query: { query }, signal }),
    select: ({ users }) => users,
    // What was found before stays until the next answer is here.
    placeholderData: keepPreviousData,
  })
}

export function useUser(id: string) {
  const client = useAuthClient()
  return useQuery<Inspected, AuthError>({
    queryKey: userKey(id),
    queryFn: ({ signal }) => client.call(routes.inspectUser, { params: { id }, signal }),
  })
}

type Edit = (before: Inspected) => Inspected

/** What an administrator does to a user. Not shown before it is so: whoever does it relies on it. */
function useDeed<Variables = void>(id: string, deed: (variables: Variables) => Promise<Edit>) {
  const queryClient = useQueryClient()
  return useMutation<Edit, AuthError, Variables>({
    mutationFn: deed,
    onSuccess: (edit) => {
      queryClient.setQueryData<Inspected>(userKey(id), (before) => before && edit(before))
      void queryClient.invalidateQueries({ queryKey: [listKey] })
    },
  })
}

export function useSetRoles(id: string) {
  const client = useAuthClient()
  return useDeed<Role[]>(id, async (roles) => {
    const { user } = await client.call(routes.setUserRoles, { params: { id }, body: { roles } })
    return ({ sessions }) => ({ user, sessions })
  })
}

export function useSetDisabled(id: string) {
  const client = useAuthClient()
  return useDeed<boolean>(id, async (isDisabled) => {
    const route = isDisabled ? routes.disableUser : routes.enableUser
    const { user } = await client.call(route, { params: { id } })
    return ({ sessions }) => ({ user, sessions: isDisabled ? [] : sessions })
  })
}

export function useEndUserSession(id: string, sessionId: string) {
  const client = useAuthClient()
  return useDeed(id, async () => {
    await client.call(routes.endUserSession, { params: { id, sessionId } }).catch((error: AuthError) => {
      // It had ended already: that was the wish.
      if (error.code !== 'not_found') throw error
    })
    return ({ user, sessions }) => ({
      user,
      sessions: sessions.filter((session) => session.id !== sessionId),
    })
  })
}

export function useEndUserSessions(id: string) {
  const client = useAuthClient()
  return useDeed(id, async () => {
    await client.call(routes.endUserSessions, { params: { id } })
    return ({ user }) => ({ user, sessions: [] })
  })
}
