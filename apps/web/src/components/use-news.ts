import { useCallback, useState } from 'react'

/** How a sentence is made. What is kept is this, not the sentence: it changes with the language of the page. */
export type Say = () => string

/** What has just happened, in a sentence, or null. */
export function useNews(): [string | null, (say: Say | null) => void] {
  // In an object: React would call a bare function.
  const [kept, keep] = useState<{ say: Say } | null>(null)
  const tell = useCallback((say: Say | null) => keep(say && { say }), [])
  return [kept?.say() ?? null, tell]
}
