import { createLazyAuthClient } from '@latchkey/auth-client/lazy'
import { spokenLanguage } from '../words/language.ts'
import { connection } from './connection.ts'

/** The page's only client. It holds the access token and notifies React through `subscribe`. */
export const authClient = createLazyAuthClient({ onOutcome: connection.heard, language: spokenLanguage })
