import type { SessionState } from '@latchkey/auth-client'
import { useSyncExternalStore } from 'react'
import { useAuthClient } from './auth-provider.tsx'

/** Who is signed in, as the client knows it: switch on `status`. */
export function useSession(): SessionState {
  const client = useAuthClient()
  return useSyncExternalStore(client.subscribe, client.getState, client.getState)
}
