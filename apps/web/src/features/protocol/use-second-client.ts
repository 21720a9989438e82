import type { AuthLogEntry } from '@latchkey/auth-client'
import { createLazyAuthClient, type LazyAuthClient } from '@latchkey/auth-client/lazy'
import { useEffect, useRef, useState } from 'react'
import { useCalmStore } from '../../components/use-calm-store.ts'

export interface SecondClient {
  /** What it did, oldest first. */
  entries: readonly AuthLogEntry[]
  /** Opens it at the first call. It is signed in when this resolves. */
  open: () => Promise<LazyAuthClient>
  forget: () => void
}

/**
 * A client as another tab would have it: a token in memory of its own, a request of its own for the lock that all
 * tabs share, a channel of its own to the other. The cookies and the key are the browser's. It is there until the
 * page is left.
 */
export function useSecondClient(): SecondClient {
  const [client, setClient] = useState<LazyAuthClient | null>(null)
  const opened = useRef<LazyAuthClient | null>(null)
  const isLeft = useRef(false)
  const entries = useCalmStore(client?.subscribeLog ?? never, client?.getLog ?? nothing)

  useEffect(() => {
    isLeft.current = false
    return () => {
      isLeft.current = true
      opened.current?.stop()
      opened.current = null
    }
  }, [])

  async function open() {
    if (isLeft.current) throw new Error('The page was left.')
    const used = opened.current ?? createLazyAuthClient()
    opened.current = used
    setClient(used)
    await used.start()
    return used
  }

  return { entries, open, forget: () => client?.clearLog() }
}

const never = () => () => undefined
const none: readonly AuthLogEntry[] = []
const nothing = () => none
