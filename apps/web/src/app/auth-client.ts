import { createLazyAuthClient } from '@latchkey/auth-client/lazy'

/** The page's one client: it holds the access token, and tells React by `subscribe`. */
export const authClient = createLazyAuthClient()
