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
 * For people who are not signed in: ask for mails, and use the links in them. The answer is the same for every
 * address. Links work by POST only, so a scanner that opens them uses nothing up.
 */
export function recoveryRoutes({ passwordService, rateLimits, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.forgotPassword, async ({ email }, { req, res }) => {
    await rateLimits.mail(req, res)
    await passwordService.requestReset(email)
    return { message: 'If there is an account with this address, an email with a link is on its way.' }
  })

  route(router, routes.resetPassword, async (body, { req, res }) => {
    await rateLimits.mail(req, res)
    await passwordService.reset(body, deviceOf(req))
    return { message: 'Your password has been changed. Sign in with the new one.' }
  })

  return router
}
