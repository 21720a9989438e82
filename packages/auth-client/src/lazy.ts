import type { AxiosInstance } from 'axios'
import { type AuthClientCore, createAuthClientCore } from './auth-client-core.ts'
import { timedOut, withoutCode } from './auth-error.ts'
import { type AuthClientOptions, settingsOf } from './settings.ts'
import type { Transport } from './transport.ts'
import { withinTime } from './within-time.ts'

/** An `AuthClient` that downloads axios separately, so that a page can be shown before. */
export interface LazyAuthClient extends AuthClientCore {
  /** `AuthClient.http`, once it is downloaded. Rejects when that fails; the next call tries again. */
  http(): Promise<AxiosInstance>
  /** Starts the download, so that the first request does not wait for it. */
  preload(): void
}

const downloadLimitMs = 10_000

export function createLazyAuthClient(options: AuthClientOptions = {}): LazyAuthClient {
  const settings = settingsOf(options)
  let transport: Promise<Transport> | null = null
  const { client, needs } = createAuthClientCore(settings, loaded)

  async function load(): Promise<Transport> {
    const { createTransport } = await import('./create-transport.ts').catch(async (cause) => {
      throw await withoutCode(cause)
    })
    return createTransport(settings, needs)
  }

  function loaded(): Promise<Transport> {
    transport ??= withinTime(settings.environment.clock, downloadLimitMs, load(), timedOut).catch((error) => {
      transport = null
      settings.onOutcome(false)
      throw error
    })
    return transport
  }

  // If this fails, there is no head start; the first request downloads again.
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
