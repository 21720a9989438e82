import { AuthError } from '@latchkey/auth-client'
import { type Passkey, type ReplyOf, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

type Reply = ReplyOf<typeof routes.passkeys>

/** What depends on the passkeys of the account is kept below this. */
export const passkeysKey = ['passkeys']
const queryKey = [...passkeysKey, 'list']

/** The passkeys of the account, the oldest first. */
export function usePasskeys() {
  const client = useAuthClient()
  return useQuery<Reply, AuthError>({
    queryKey,
    queryFn: ({ signal }) => client.call(routes.passkeys, { signal }),
  })
}

/** Lets the browser make one. Null: its person would rather not. */
export function useAddPasskey() {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<Passkey | null, AuthError>({
    mutationFn: () =>
      client.addPasskey().catch((error) => {
        if (error instanceof AuthError && error.code === 'passkey_cancelled') return null
        throw error
      }),
    // With what the password manager needs to know, which the first passkey brings.
    onSuccess: (added) => added && queryClient.invalidateQueries({ queryKey: passkeysKey }),
  })
}

export function useRenamePasskey({ id }: Passkey) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<unknown, AuthError, string>({
    mutationFn: (name) => client.call(routes.renamePasskey, { params: { id }, body: { name } }),
    onSuccess: (_, name) =>
      queryClient.setQueryData<Reply>(
        queryKey,
        (before) =>
          before && {
            ...before,
            passkeys: before.passkeys.map((each) => (each.id === id ? { ...each, name } : each)),
          },
      ),
  })
}

/** Afterwards the password manager is told, so that it offers it no more. */
export function useRemovePasskey({ id }: Passkey) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<void, AuthError>({
    mutationFn: async () => {
      await client.call(routes.removePasskey, { params: { id } }).catch((error: AuthError) => {
        // Removed already, which is what was wanted.
        if (error.code !== 'not_found') throw error
      })
    },
    onSuccess: () => {
      const after = queryClient.setQueryData<Reply>(
        queryKey,
        (before) => before && { ...before, passkeys: before.passkeys.filter((each) => each.id !== id) },
      )
      if (after) void client.signalPasskeys(after)
      void queryClient.invalidateQueries({ queryKey: passkeysKey })
    },
  })
}

/** Tells the password manager that none is left, once the account is gone. */
export function useForgetPasskeys() {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return () => {
    const known = queryClient.getQueryData<Reply>(queryKey)
    if (known?.userHandle) void client.signalPasskeys({ ...known, passkeys: [] })
  }
}
