import { routes } from '@latchkey/contracts'
import { deviceOf } from '@latchkey/sessions'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  passwordService: PasswordService
  rateLimits: RateLimits
  route: ApiRoute
}

/**
 * What somebody does who is not signed in: ask for mails, and use the links in them. Asking is answered alike for every
 * address. Links are used by POST only, so that a scanner that opens them burns nothing.
 */
export function recoveryRoutes({ passwordService, rateLimits, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.forgotPassword, async ({ email }, { req, res }) => {
    await rateLimits.mail(req, res)
    await passwordService.requestReset(email)
    return { message: 'If there is an account with this address, a mail with a link is on its way.' }
  })

  route(router, routes.resetPassword, async (body, { req, res }) => {
    await rateLimits.resetLink(req, res, body.token, (whom) =>
      passwordService.reset(body, deviceOf(req), whom),
    )
    return { message: 'Your password is changed. Sign in with the new one.' }
  })

  return router
}
