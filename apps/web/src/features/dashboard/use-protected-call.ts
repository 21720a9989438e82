import { AuthError } from '@latchkey/auth-client'
import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { routes } from '@latchkey/contracts'
import { useMutation } from '@tanstack/react-query'
import { useAuthClient } from '../../app/auth-context.ts'

export interface Answer {
  /** null: there was no answer at all. */
  status: number | null
  /** In milliseconds since the button was pressed, including any refresh. */
  took: number
  body: unknown
}

/** Calls `/protected` once per `mutate()`. A refusal is an answer too, and is shown like one. */
export function useProtectedCall() {
  const client = useAuthClient()
  return useMutation({ mutationFn: () => timed(client) })
}

async function timed(client: LazyAuthClient): Promise<Answer> {
  const startedAt = performance.now()
  const reply = await answered(client)
  return { ...reply, took: performance.now() - startedAt }
}

async function answered(client: LazyAuthClient): Promise<Omit<Answer, 'took'>> {
  try {
    return { status: routes.protected.status, body: await client.call(routes.protected) }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return { status: error.status, body: error.problem ?? { code: error.code, message: error.message } }
  }
}
