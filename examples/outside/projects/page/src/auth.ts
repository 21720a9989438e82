import { createLazyAuthClient } from '@latchkey/auth-client/lazy'

export const auth = createLazyAuthClient()
