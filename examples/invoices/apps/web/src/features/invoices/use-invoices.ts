import type { AuthError } from '@latchkey/auth-client'
import { type Invoice, type ReplyOf, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

type Reply = ReplyOf<typeof routes.invoices>

export const invoicesKey = ['invoices']

/** Those that somebody may see, the earliest first. */
export function useInvoices() {
  const client = useAuthClient()
  return useQuery<Reply, AuthError, Invoice[]>({
    queryKey: invoicesKey,
    queryFn: ({ signal }) => client.call(routes.invoices, { signal }),
    select: ({ invoices }) => invoices,
  })
}

/** Shown only when the server has confirmed it. */
export function useDeleteInvoice({ id }: Invoice) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useMutation<void, AuthError>({
    mutationFn: async () => {
      await client.call(routes.deleteInvoice, { params: { id } }).catch((error: AuthError) => {
        // It is gone already, which is what was wanted.
        if (error.code !== 'not_found') throw error
      })
    },
    onSuccess: () => {
      queryClient.setQueryData<Reply>(
        invoicesKey,
        (before) => before && { invoices: before.invoices.filter((each) => each.id !== id) },
      )
    },
  })
}
