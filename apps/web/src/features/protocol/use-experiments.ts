import type { AuthError } from '@latchkey/auth-client'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { painted } from '../../components/painted.ts'
import type { Say } from '../../components/use-news.ts'
import { words } from '../../words/en/protocol.ts'
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

  const experiments: Record<ExperimentName, () => Promise<Say>> = {
    async expired() {
      const { from, to } = await callExpired(client)
      return () => words.found.expired(from, to)
    },
    async twoTabs() {
      const { sent, from, to } = await callFromTwoTabs(client, await second.open())
      return () => words.found.twoTabs(sent, from, to)
    },
    async lostAnswer() {
      const { sent, from, to } = await loseAnswer(client)
      return () => words.found.lostAnswer(sent, from, to)
    },
    async theft() {
      const done = await stealCookie(client)
      setTheft(done)
      return () => words.found.theft(done.verdict.status, done.from, done.to)
    },
  }

  const { mutate, isPending, variables, data, error } = useMutation<Say, AuthError, ExperimentName>({
    async mutationFn(name) {
      await painted()
      return await experiments[name]()
    },
    onSettled: () => queryClient.invalidateQueries(),
  })

  return {
    running: isPending ? variables : null,
    finding: data?.() ?? null,
    failure: error,
    theft,
    run(name) {
      if (!isPending) mutate(name)
    },
  }
}
