import type { AuthLogEntry, SessionState } from '@latchkey/auth-client'
import type { LazyAuthClient } from '@latchkey/auth-client/lazy'
import { createContext, use, useSyncExternalStore } from 'react'

export const AuthClientContext = createContext<LazyAuthClient | null>(null)

export function useAuthClient(): LazyAuthClient {
  const client = use(AuthClientContext)
  if (!client) throw new Error('useAuthClient needs an AuthClientContext above it')
  return client
}

/** Who is signed in, as the client knows it: switch on `status`. */
export function useSession(): SessionState {
  const client = useAuthClient()
  return useSyncExternalStore(client.subscribe, client.getState)
}

/** What the client did, oldest first. */
export function useAuthLog(): readonly AuthLogEntry[] {
  const client = useAuthClient()
  return useSyncExternalStore(client.subscribeLog, client.getLog)
}
