import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { deviceOf } from '@latchkey/sessions'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Accounts } from '../users/accounts.ts'
import { identifierKey } from '../users/user.model.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { Ownership } from './ownership.service.ts'
import type { PasswordFromOutside } from './password-from-outside.ts'

interface Collaborators {
  accounts: Accounts
  ownership: Ownership
  outsiders: PasswordFromOutside
  rateLimits: RateLimits
  sessions: Pick<UserSessions, 'cookies'>
  route: ApiRoute
}

/** What somebody does about an address who is not signed in: it is not theirs, it was mistyped, it was changed by another. */
export function ownershipRoutes(services: Collaborators): Router {
  const { accounts, ownership, outsiders, rateLimits, sessions, route } = services
  const router = Router()

  route(router, routes.disownEmail, async ({ token }, { req, res }) => {
    await rateLimits.link(req, res, () => ownership.disown(token))
    return { message: 'Thank you. Your address is not used for that account.' }
  })

  route(router, routes.correctEmail, async ({ identifier, password, email }, { req, res }) => {
    const turns = await rateLimits.mail(req, res)
    const user = await accounts.findByIdentifier(identifier)
    const isRight = await outsiders.isRight(password, {
      account: identifierKey(identifier),
      user,
      device: deviceOf(req),
      deviceId: sessions.cookies.readDeviceId(req),
      admit: (attempt) => rateLimits.signIn.login(req, res, attempt),
    })
    if (!isRight || !user) throw new AuthError('invalid_credentials')
    // Only to whoever knows the password.
    if (user.isDisabled) throw new AuthError('account_disabled')
    await rateLimits.changeEmail(res, user._id.toHexString())
    await ownership.correct(user, email, { device: deviceOf(req), turns })
    return { message: `We have sent an email to ${email}. Open the link in it to confirm your address.` }
  })

  route(router, routes.undoEmail, async ({ token }, { req, res }) => {
    const resetToken = await rateLimits.resetLink(req, res, {
      token,
      holder: () => ownership.undoLink(token),
      use: (whom) => ownership.undo(token, deviceOf(req), whom),
    })
    return {
      message: 'Your old address is back, and everybody is signed out. Choose a new password.',
      resetToken,
    }
  })

  return router
}
