import { createLazyAuthClient } from '@latchkey/auth-client/lazy'

/** The page's only client. It holds the access token and notifies React through `subscribe`. */
export const authClient = createLazyAuthClient()
