import type { AxiosInstance } from 'axios'
import { type AuthClientCore, createAuthClientCore } from './auth-client-core.ts'
import { timedOut } from './auth-error.ts'
import { type AuthClientOptions, settingsOf } from './settings.ts'
import type { Transport } from './transport.ts'
import { withinTime } from './within-time.ts'

/** An `AuthClient` whose axios is a download of its own, for pages that are to be there before it is needed. */
export interface LazyAuthClient extends AuthClientCore {
  /** `AuthClient.http`, when it is there. Rejects when it cannot be downloaded; the next call tries again. */
  http(): Promise<AxiosInstance>
  /** Starts the download, so that the first request need not wait for it. */
  preload(): void
}

const downloadLimitMs = 10_000

export function createLazyAuthClient(options: AuthClientOptions = {}): LazyAuthClient {
  const settings = settingsOf(options)
  let transport: Promise<Transport> | null = null
  const { client, needs } = createAuthClientCore(settings, loaded)

  async function load(): Promise<Transport> {
    const { createTransport } = await import('./create-transport.ts')
    return createTransport(settings, needs)
  }

  function loaded(): Promise<Transport> {
    transport ??= withinTime(settings.environment.clock, downloadLimitMs, load(), timedOut).catch((error) => {
      transport = null
      throw error
    })
    return transport
  }

  // Without it a request fails, and says so; here it only means no head start.
  const preload = () => void loaded().catch(() => undefined)

  return {
    ...client,
    start() {
      // Somebody is signed in: the first request follows at once.
      if (client.getState().status === 'restoring') preload()
      return client.start()
    },
    http: async () => (await loaded()).http,
    preload,
  }
}
