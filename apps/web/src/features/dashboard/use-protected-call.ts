import { type AuthClientCore, AuthError } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation } from '@tanstack/react-query'

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

async function timed(client: AuthClientCore): Promise<Answer> {
  const startedAt = performance.now()
  const reply = await answered(client)
  return { ...reply, took: performance.now() - startedAt }
}

async function answered(client: AuthClientCore): Promise<Omit<Answer, 'took'>> {
  try {
    return { status: routes.protected.status, body: await client.call(routes.protected) }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return { status: error.status, body: error.problem ?? { code: error.code, message: error.message } }
  }
}
