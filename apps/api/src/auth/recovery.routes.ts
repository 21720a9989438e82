import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import type { EmailAddresses } from '../account/email.service.ts'
import { deviceOf } from '../http/device.ts'
import type { RateLimits } from '../http/rate-limit.ts'
import { route } from '../http/route.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  emailAddresses: EmailAddresses
  passwordService: PasswordService
  rateLimits: RateLimits
}

/**
 * What somebody does who is not signed in: ask for mails, and use the links in them. Asking is answered alike for every
 * address. Links are used by POST only, so that a scanner that opens them burns nothing.
 */
export function recoveryRoutes({ emailAddresses, passwordService, rateLimits }: Collaborators): Router {
  const router = Router()

  route(router, routes.forgotPassword, [], async ({ email }, { req, res }) => {
    await rateLimits.mail(req, res)
    await passwordService.requestReset(email)
    return { message: 'If there is an account with this address, a mail with a link is on its way.' }
  })

  route(router, routes.resetPassword, [], async (body, { req, res }) => {
    await rateLimits.mail(req, res)
    await passwordService.reset(body, deviceOf(req))
    return { message: 'Your password is changed. Sign in with the new one.' }
  })

  route(router, routes.resendVerification, [], async ({ email }, { req, res }) => {
    await rateLimits.mail(req, res)
    await emailAddresses.requestVerification(email)
    return { message: 'If this address still has to be confirmed, a mail with a link is on its way.' }
  })

  route(router, routes.verifyEmail, [], async ({ token }, { req, res }) => {
    await rateLimits.mail(req, res)
    await emailAddresses.verify(token, deviceOf(req))
    return { message: 'Your email address is confirmed.' }
  })

  route(router, routes.confirmEmail, [], async ({ token }, { req, res }) => {
    await rateLimits.mail(req, res)
    await emailAddresses.confirmChange(token, deviceOf(req))
    return { message: 'Your new email address is confirmed.' }
  })

  return router
}
