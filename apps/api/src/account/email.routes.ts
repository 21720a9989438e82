import { routes } from '@latchkey/contracts'
import { deviceOf } from '@latchkey/sessions'
import { Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { EmailAddresses } from './email.service.ts'

interface Collaborators {
  emailAddresses: EmailAddresses
  rateLimits: RateLimits
  route: ApiRoute
}

/** Proving an address with the link that was sent there. By POST only, so that a scanner that opens links burns none. */
export function emailRoutes({ emailAddresses, rateLimits, route }: Collaborators): Router {
  const router = Router()

  route(router, routes.resendVerification, async ({ email }, { req, res }) => {
    await rateLimits.mail(req, res)
    await emailAddresses.requestVerification(email)
    return { message: 'If this address still has to be confirmed, an email with a link is on its way.' }
  })

  route(router, routes.verifyEmail, async ({ token }, { req, res }) => {
    await rateLimits.link(req, res, () => emailAddresses.verify(token, deviceOf(req)))
    return { message: 'Your email address is confirmed.' }
  })

  route(router, routes.confirmEmail, async ({ token }, { req, res }) => {
    await rateLimits.link(req, res, () => emailAddresses.confirmChange(token, deviceOf(req)))
    return { message: 'Your new email address is confirmed.' }
  })

  return router
}
