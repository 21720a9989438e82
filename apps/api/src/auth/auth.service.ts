import type { BodyOf, routes } from '@latchkey/contracts'
import type { Accounts } from '../account/account.service.ts'
import { AuthError } from '../auth-error.ts'
import type { RefreshTokens } from '../sessions/refresh-token.ts'
import type { Device, Sessions, SignedInSession } from '../sessions/session.service.ts'
import { isCommonPassword } from './common-passwords.ts'
import type { Passwords } from './password.ts'

interface Collaborators {
  accounts: Accounts
  sessions: Sessions
  refreshTokens: RefreshTokens
  passwords: Passwords
}

export type Auth = ReturnType<typeof createAuth>

/** Registering and signing in. Refreshing and signing out are the sessions' own. */
export function createAuth({ accounts, sessions, refreshTokens, passwords }: Collaborators) {
  return {
    /** Throws AuthError `validation_failed` (a password everybody tries), `email_taken` or `username_taken`. */
    async register(
      { username, email, password }: BodyOf<typeof routes.register>,
      device: Device,
      lock: string | null,
    ): Promise<SignedInSession> {
      refuseGuessable(password, [username, email, email.split('@', 1)[0] ?? ''])
      const passwordHash = await passwords.hash(password)
      const session = sessions.begin(device, lock)
      const user = await accounts.create({ username, email, passwordHash, session })
      return { user, session, refreshToken: refreshTokens.sign(user._id.toHexString(), session) }
    },

    /** Throws AuthError `invalid_credentials`, alike in body and time for a wrong password and an unknown account. */
    async login(
      { email, password }: BodyOf<typeof routes.login>,
      device: Device,
      lock: string | null,
    ): Promise<SignedInSession> {
      const user = await accounts.findByIdentifier(email)
      if (!(await passwords.verify(password, user?.passwordHash)) || !user)
        throw new AuthError('invalid_credentials')

      if (passwords.isOutdated(user.passwordHash)) {
        const passwordHash = await passwords.hash(password)
        await accounts.replacePasswordHash(user, passwordHash)
        user.passwordHash = passwordHash
      }
      const signedIn = await sessions.issue(user, sessions.begin(device, lock))
      if (!signedIn) throw new AuthError('invalid_credentials')
      return signedIn
    },
  }
}

function refuseGuessable(password: string, personal: string[]) {
  const complain = (message: string) => {
    throw new AuthError('validation_failed', { errors: [{ path: 'password', message }] })
  }
  if (isCommonPassword(password))
    complain('This password is one of the first that anybody would try. Choose another.')
  if (personal.some((word) => word.toLowerCase() === password.toLowerCase()))
    complain('Your password must not be your name or address. Choose another.')
}
