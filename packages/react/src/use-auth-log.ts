import type { AuthLogEntry } from '@latchkey/auth-client'
import { useSyncExternalStore } from 'react'
import { useAuthClient } from './auth-provider.tsx'

/** What the client did, oldest first. */
export function useAuthLog(): readonly AuthLogEntry[] {
  const client = useAuthClient()
  return useSyncExternalStore(client.subscribeLog, client.getLog, client.getLog)
}
