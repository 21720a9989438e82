import { createAuthClient } from '@latchkey/auth-client'

/** The page's one client: it holds the access token, and tells React by `subscribe`. */
export const authClient = createAuthClient()
