import { routes } from '@latchkey/contracts'
import { Router } from 'express'
import type { EmailAddresses } from '../account/email.service.ts'
import type { Removal } from '../account/removal.service.ts'
import { type Authenticate, claimsOf } from '../http/authenticate.ts'
import { deviceOf } from '../http/device.ts'
import type { RateLimits } from '../http/rate-limit.ts'
import type { RefreshCookies } from '../http/refresh-cookie.ts'
import { route } from '../http/route.ts'
import type { PasswordService } from './password.service.ts'

interface Collaborators {
  passwordService: PasswordService
  emailAddresses: EmailAddresses
  removal: Removal
  rateLimits: RateLimits
  refreshCookies: RefreshCookies
  authenticate: Authenticate
}

/** What asks for the password again, because whoever sits at an open screen should not be able to do it. */
export function passwordProofRoutes(services: Collaborators): Router {
  const { passwordService, emailAddresses, removal, rateLimits, refreshCookies, authenticate } = services
  const router = Router()

  route(router, routes.changePassword, [authenticate], async (body, { req, res }) => {
    const { sub, sid } = claimsOf(req)
    const settle = await rateLimits.password(res, sid)
    const user = await passwordService.prove(sub, body.currentPassword, 'currentPassword')
    await settle()
    await passwordService.change(user, body.newPassword, { sessionId: sid, device: deviceOf(req) })
    return { message: 'Your password is changed. Everywhere else you are signed out.' }
  })

  route(router, routes.changeEmail, [authenticate], async ({ email, password }, { req, res }) => {
    const { sub, sid } = claimsOf(req)
    await rateLimits.mail(req, res)
    const settle = await rateLimits.password(res, sid)
    const user = await passwordService.prove(sub, password, 'password')
    await settle()
    await rateLimits.changeEmail(res, sub)
    await emailAddresses.requestChange(user, email)
    return { message: `We have sent a mail to ${email}. The change counts once you open the link in it.` }
  })

  route(router, routes.deleteMe, [authenticate], async ({ password }, { req, res }) => {
    const { sub, sid } = claimsOf(req)
    const settle = await rateLimits.password(res, sid)
    const user = await passwordService.prove(sub, password, 'password')
    await settle()
    await removal.remove(user)
    refreshCookies.clear(res)
    return null
  })

  return router
}
