import type { AuthError } from '@latchkey/auth-client'
import { type KnownDevice, type ReplyOf, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

type Reply = ReplyOf<typeof routes.devices>

export const knownBrowsersKey = ['devices']

/** The browsers that have signed in to the account before, the latest first. */
export function useKnownBrowsers() {
  const client = useAuthClient()
  return useQuery<Reply, AuthError, KnownDevice[]>({
    queryKey: knownBrowsersKey,
    queryFn: ({ signal }) => client.call(routes.devices, { signal }),
    select: ({ devices }) => devices,
  })
}

export function useForgetBrowser({ id }: KnownDevice) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<void, AuthError>({
    mutationFn: async () => {
      await client.call(routes.forgetDevice, { params: { id } }).catch((error: AuthError) => {
        // Forgotten already, which is what was wanted.
        if (error.code !== 'not_found') throw error
      })
    },
    onSuccess: () =>
      queryClient.setQueryData<Reply>(
        knownBrowsersKey,
        (before) => before && { devices: before.devices.filter((each) => each.id !== id) },
      ),
  })
}

export function useUntrustBrowser({ id }: KnownDevice) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<void, AuthError>({
    mutationFn: async () => {
      await client.call(routes.untrustDevice, { params: { id } }).catch((error: AuthError) => {
        // It is trusted no more, which is what was wanted.
        if (error.code !== 'not_found') throw error
      })
    },
    onSuccess: () =>
      queryClient.setQueryData<Reply>(
        knownBrowsersKey,
        (before) =>
          before && {
            devices: before.devices.map(({ trustedUntil, ...each }) =>
              each.id === id || !trustedUntil ? each : { ...each, trustedUntil },
            ),
          },
      ),
  })
}
