import { routes } from '@latchkey/contracts'
import { AuthError, complain } from '@latchkey/contracts/server'
import { deviceOf } from '@latchkey/sessions'
import { type Request, type Response, Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { emailKey } from '../users/user.model.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { EmailAddresses, ProveOwner } from './email.service.ts'
import type { PasswordFromOutside } from './password-from-outside.ts'

/** Who asks: the claims of an access token, if one was sent. */
interface Exchange {
  claims: { sub: string } | undefined
  req: Request
  res: Response
}

interface Collaborators {
  emailAddresses: EmailAddresses
  outsiders: PasswordFromOutside
  rateLimits: RateLimits
  sessions: Pick<UserSessions, 'cookies'>
  route: ApiRoute
}

/** Proving an address with the link that was sent there. By POST only, so that a scanner that opens links burns none. */
export function emailRoutes(services: Collaborators): Router {
  const { emailAddresses, outsiders, rateLimits, sessions, route } = services
  const router = Router()

  route(router, routes.resendVerification, async ({ email }, { req, res }) => {
    await emailAddresses.requestVerification(email, await rateLimits.mail(req, res))
    return { message: 'If this address still has to be confirmed, an email with a link is on its way.' }
  })

  route(router, routes.verifyEmail, async ({ token, password }, exchange) => {
    const { req, res } = exchange
    await rateLimits.link(req, res, () =>
      emailAddresses.verify(token, deviceOf(req), owner(exchange, password)),
    )
    return { message: 'Your email address is confirmed.' }
  })

  route(router, routes.confirmEmail, async ({ token, password }, exchange) => {
    const { req, res } = exchange
    await rateLimits.link(req, res, () =>
      emailAddresses.confirmChange(token, deviceOf(req), owner(exchange, password)),
    )
    return { message: 'Your new email address is confirmed.' }
  })

  return router

  /**
   * Holding a mailbox is not owning the account that somebody made with its address. Throws AuthError
   * `password_required`, naming the account, `validation_failed` for a wrong password, `account_disabled`, or
   * `rate_limited`.
   */
  function owner({ claims, req, res }: Exchange, password: string | undefined): ProveOwner {
    return async (user) => {
      if (claims?.sub === user._id.toHexString()) return
      if (password === undefined) throw new AuthError('password_required', { username: user.username })
      const isRight = await outsiders.isRight(password, {
        account: emailKey(user.email),
        user,
        device: deviceOf(req),
        deviceId: sessions.cookies.readDeviceId(req),
        admit: (attempt) => rateLimits.signIn.login(req, res, attempt),
      })
      if (!isRight) complain('password', 'password_wrong')
      // Only to whoever knows the password.
      if (user.isDisabled) throw new AuthError('account_disabled')
    }
  }
}
