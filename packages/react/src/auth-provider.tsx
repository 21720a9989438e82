import type { AuthClientCore } from '@latchkey/auth-client'
import { createContext, type ReactNode, useContext, useEffect } from 'react'

const AuthClientContext = createContext<AuthClientCore | null>(null)

interface AuthProviderProps {
  /** Made once, outside of any component: it holds the access token. */
  client: AuthClientCore
  children?: ReactNode
}

/**
 * Gives what is below it the client, and runs it while it is shown: `start()`, and `stop()` when the last provider of this
 * client is gone. It may have been started before.
 */
export function AuthProvider({ client, children }: AuthProviderProps) {
  useEffect(() => {
    providers.set(client, providersOf(client) + 1)
    void client.start()
    return () => {
      providers.set(client, providersOf(client) - 1)
      // StrictMode takes every effect back and repeats it at once; a refresh that is on its way should not notice.
      queueMicrotask(() => {
        if (providersOf(client) === 0) client.stop()
      })
    }
  }, [client])
  return <AuthClientContext.Provider value={client}>{children}</AuthClientContext.Provider>
}

/** How many providers show a client. */
const providers = new WeakMap<AuthClientCore, number>()
const providersOf = (client: AuthClientCore) => providers.get(client) ?? 0

/**
 * The client of the nearest `AuthProvider`; name its type where you need what only that has:
 * `useAuthClient<LazyAuthClient>()`. Throws Error without a provider.
 */
export function useAuthClient<Client extends AuthClientCore = AuthClientCore>(): Client {
  const client = useContext(AuthClientContext)
  if (!client) throw new Error('useAuthClient needs an AuthProvider above it')
  return client as Client
}
