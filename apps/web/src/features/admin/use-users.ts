import type { AuthError } from '@latchkey/auth-client'
import { type Explanation, type ReplyOf, type RoleChange, routes, type UserList } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UserQuestion } from './user-question.ts'

type Inspected = ReplyOf<typeof routes.inspectUser>

const listKey = 'users'
const userKey = (id: string) => ['user', id]

/** A page of the list. While it loads there is none: that of another question is no answer to this one. */
export function useUsers(question: UserQuestion) {
  const client = useAuthClient()
  return useQuery<UserList, AuthError>({
    queryKey: [listKey, question],
    queryFn: ({ signal }) => client.call(routes.findUsers, { query: question, signal }),
  })
}

export function useUser(id: string) {
  const client = useAuthClient()
  return useQuery<Inspected, AuthError>({
    queryKey: userKey(id),
    queryFn: ({ signal }) => client.call(routes.inspectUser, { params: { id }, signal }),
  })
}

/** What happened to their sessions. Asked for each time that somebody wants to know: meanwhile something may have happened. */
export function useExplanation(id: string) {
  const client = useAuthClient()
  return useMutation<Explanation, AuthError>({
    mutationFn: () => client.call(routes.explainUser, { params: { id } }),
  })
}

type Edit = (before: Inspected) => Inspected

/** Something an administrator does to a user. Shown only when the server has confirmed it: they rely on it. */
function useUserAction<Variables = void>(id: string, act: (variables: Variables) => Promise<Edit>) {
  const queryClient = useQueryClient()
  return useMutation<Edit, AuthError, Variables>({
    mutationFn: act,
    onSuccess: (edit) => {
      queryClient.setQueryData<Inspected>(userKey(id), (before) => before && edit(before))
      void queryClient.invalidateQueries({ queryKey: [listKey] })
    },
  })
}

export function useSetRoles(id: string) {
  const client = useAuthClient()
  return useUserAction<RoleChange>(id, async (body) => {
    const { user } = await client.call(routes.setUserRoles, { params: { id }, body })
    return ({ sessions }) => ({ user, sessions })
  })
}

export function useSetDisabled(id: string) {
  const client = useAuthClient()
  return useUserAction<boolean>(id, async (isDisabled) => {
    const route = isDisabled ? routes.disableUser : routes.enableUser
    const { user } = await client.call(route, { params: { id } })
    return ({ sessions }) => ({ user, sessions: isDisabled ? [] : sessions })
  })
}

export function useEndUserSession(id: string, sessionId: string) {
  const client = useAuthClient()
  return useUserAction(id, async () => {
    await client.call(routes.endUserSession, { params: { id, sessionId } }).catch((error: AuthError) => {
      // It had already ended, which is what was wanted.
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
  return useUserAction(id, async () => {
    await client.call(routes.endUserSessions, { params: { id } })
    return ({ user }) => ({ user, sessions: [] })
  })
}
