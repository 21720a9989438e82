import { type AuthClient, bodyTransport, createAuthClient } from '@latchkey/auth-client'

/** As the keychains of phones are asked: what they know comes later. */
export interface SecureStorage {
  getItem(name: string): Promise<string | null>
  setItem(name: string, value: string): Promise<void>
  removeItem(name: string): Promise<void>
}

const name = 'refresh-token'

/** What the app does when it is opened. */
export async function openApp(shop: string, storage: SecureStorage): Promise<AuthClient> {
  let token = await storage.getItem(name)
  const auth = createAuthClient({
    baseUrl: `${shop}/api`,
    refreshTransport: bodyTransport({
      read: () => token,
      async write(next) {
        await (next === null ? storage.removeItem(name) : storage.setItem(name, next))
        token = next
      },
    }),
  })
  await auth.start()
  return auth
}
