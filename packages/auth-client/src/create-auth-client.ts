import type { AxiosInstance } from 'axios'
import { type AuthClientCore, createAuthClientCore } from './auth-client-core.ts'
import { createTransport } from './create-transport.ts'
import { type AuthClientOptions, settingsOf } from './settings.ts'

export interface AuthClient extends AuthClientCore {
  /** Attaches the access token. Any number of 401s lead to one refresh, and each request is then replayed once. */
  http: AxiosInstance
}

/** The sign-in of one page. Make one and share it. */
export function createAuthClient(options: AuthClientOptions = {}): AuthClient {
  const settings = settingsOf(options)
  const { client, needs } = createAuthClientCore(settings, async () => transport)
  const transport = createTransport(settings, needs)
  return { ...client, http: transport.http }
}
