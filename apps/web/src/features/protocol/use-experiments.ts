import type { AuthError } from '@latchkey/auth-client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { callExpired, callFromTwoTabs, loseAnswer, stealCookie, type Theft } from './experiments.ts'
import type { SecondClient } from './use-second-client.ts'

export type ExperimentName = 'expired' | 'twoTabs' | 'lostAnswer' | 'theft'

export interface Experiments {
  running: ExperimentName | null
  /** What the last one showed, in a sentence. */
  finding: string | null
  failure: AuthError | null
  /** The last theft; null before the first. */
  theft: Theft | null
  run: (name: ExperimentName) => void
}

/** One at a time: their requests would get into each other's story. */
export function useExperiments(second: SecondClient): Experiments {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const [theft, setTheft] = useState<Theft | null>(null)

  const experiments: Record<ExperimentName, () => Promise<string>> = {
    async expired() {
      const { from, to } = await callExpired(client)
      return `Refused, refreshed once, sent again. The refresh token went from generation ${from} to ${to}.`
    },
    async twoTabs() {
      const { sent, from, to } = await callFromTwoTabs(client, await second.open())
      const times = sent === 1 ? 'one refresh' : `${sent} refreshes`
      return `Ten calls, two clients, ${times}: generation ${from} to ${to}. Nobody was signed out.`
    },
    async lostAnswer() {
      const { sent, from, to } = await loseAnswer(client)
      return `Asked ${sent} times, moved on once: generation ${from} to ${to}. The retry was recognised by its key.`
    },
    async theft() {
      const done = await stealCookie(client)
      setTheft(done)
      const { status } = done.verdict
      return `The thief got ${status}. You went on, from generation ${done.from} to ${done.to}.`
    },
  }

  const { mutate, isPending, variables, data, error } = useMutation<string, AuthError, ExperimentName>({
    mutationFn: (name) => experiments[name](),
    onSettled: () => queryClient.invalidateQueries(),
  })

  return {
    running: isPending ? variables : null,
    finding: data ?? null,
    failure: error,
    theft,
    run(name) {
      if (!isPending) mutate(name)
    },
  }
}
