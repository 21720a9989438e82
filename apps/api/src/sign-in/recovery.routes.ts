import { routes } from '@latchkey/contracts'
import { deviceId, deviceOf, wantsTokenInBody } from '@latchkey/sessions'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  passwordService: PasswordService
  rateLimits: RateLimits
  sessions: Pick<UserSessions, 'cookies'>
  route: ApiRoute
}

/**
 * For people who are not signed in: ask for mails, and use the links in them. The answer is the same for every
 * address. Links work by POST only, so a scanner that opens them uses nothing up.
 */
export function recoveryRoutes({ passwordService, rateLimits, sessions, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.forgotPassword, async ({ email }, { req, res }) => {
    await passwordService.requestReset(email, await rateLimits.mail(req, res))
    return { message: 'If there is an account with this address, an email with a link is on its way.' }
  })

  route(router, routes.checkResetLink, async ({ token }, { req, res }) => {
    await rateLimits.link(req, res, () => passwordService.resetLink(token))
    return null
  })

  route(router, routes.resetPassword, async (body, { req, res }) => {
    // A new one, whatever this browser is called so far: what was tried under that name is no burden now.
    const browser = wantsTokenInBody(req) ? null : deviceId(undefined)
    await rateLimits.resetLink(req, res, {
      token: body.token,
      holder: () => passwordService.resetLink(body.token),
      use: (whom) => passwordService.reset(body, deviceOf(req), browser, whom),
    })
    if (browser) sessions.cookies.setDeviceId(res, browser.id)
    return { message: 'Your password has been changed. Sign in with the new one.' }
  })

  return router
}
