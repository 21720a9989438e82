import { routes } from '@latchkey/contracts'
import { AuthError } from '@latchkey/contracts/server'
import { deviceOf } from '@latchkey/sessions'
import { type Request, type Response, Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import type { Whom } from '../limits/fair-queue.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Accounts, Credentials } from '../users/accounts.ts'
import type { KnownDevices } from '../users/known-devices.ts'
import type { UserSessions } from '../users/user-identity.ts'
import type { EmailAddresses } from './email.service.ts'
import type { MailLanguage } from './language.service.ts'
import type { Removal } from './removal.service.ts'
import type { Usernames } from './username.service.ts'

/** What sign-in knows about passwords. */
interface PasswordProof {
  /** The account of somebody who shows their password. Throws AuthError `validation_failed` at `path`. */
  prove(userId: string, password: string, path: string, whom: Whom): Promise<Credentials>
  /** The account of somebody who need not. Throws AuthError `access_token_revoked` when it is gone. */
  credentials(userId: string): Promise<Credentials>
  change(user: Credentials, newPassword: string, from: PasswordChange): Promise<void>
}

interface PasswordChange {
  sessionId: string
  device: ReturnType<typeof deviceOf>
  /** For whom the new password is hashed. */
  whom: Whom
}

interface Collaborators {
  accounts: Pick<Accounts, 'changeOwnFields'>
  passwordService: PasswordProof
  emailAddresses: EmailAddresses
  usernames: Usernames
  mailLanguage: MailLanguage
  removal: Removal
  rateLimits: RateLimits
  knownDevices: KnownDevices
  sessions: Pick<UserSessions, 'cookies'>
  route: ApiRoute
}

interface Exchange {
  claims: { sub: string; sid: string }
  req: Request
  res: Response
}

/**
 * What changes an account. Whoever sits at an open screen should not be able to change it for good: all but a new language
 * of mails, fields of one's own, and taking back a change of address ask for step-up.
 */
export function ownAccountRoutes(services: Collaborators): Router {
  const { accounts, passwordService, emailAddresses, usernames, mailLanguage, removal, rateLimits } = services
  const { knownDevices, sessions, route } = services
  const router = Router()

  route(router, routes.changePassword, async (body, { claims, req, res }) => {
    const { whom, settle } = await rateLimits.password(req, res, claims)
    const user = await passwordService.prove(claims.sub, body.currentPassword, 'currentPassword', whom)
    await settle()
    const from = { sessionId: claims.sid, device: deviceOf(req), whom }
    await passwordService.change(user, body.newPassword, from)
    // It is changed, whatever becomes of this: no browser is trusted any more, and being known opens nothing.
    await knownDevices.forgetOthers(claims.sub, sessions.cookies.readDeviceIdHash(req)).catch(() => {})
    return { message: 'Your password has been changed. You have been signed out everywhere else.' }
  })

  route(router, routes.changeEmail, async ({ email, password }, { claims, req, res }) => {
    const user = await owner(password, { claims, req, res })
    await rateLimits.changeEmail(res, claims.sub)
    const turns = await rateLimits.mail(req, res)
    await emailAddresses.requestChange(user, email, { sessionId: claims.sid, turns })
    return {
      message: `We have sent an email to ${email}. The change takes effect once you open the link in it.`,
    }
  })

  route(router, routes.cancelEmail, async (_, { claims, req }) => {
    await emailAddresses.cancelChange(claims.sub, claims.sid, deviceOf(req))
    return null
  })

  route(router, routes.updateMe, async (body, { claims, req, res }) => {
    const from = { sessionId: claims.sid, device: deviceOf(req) }
    if ('language' in body) {
      await rateLimits.language(res, claims.sub)
      return { user: await mailLanguage.choose(body.language, { userId: claims.sub, ...from }) }
    }
    if (!('username' in body)) {
      const changed = await accounts.changeOwnFields(claims.sub, claims.sid, body)
      if (!changed) throw new AuthError('access_token_revoked')
      return { user: changed }
    }
    const user = await owner(body.password, { claims, req, res })
    await rateLimits.rename(res, claims.sub)
    return { user: await usernames.change(user, body.username, from) }
  })

  // Both, for load balancers that take the body from a DELETE.
  for (const contract of [routes.deleteMe, routes.deleteMeByPost])
    route(router, contract, async (body, { claims, req, res }) => {
      await removal.remove(await owner(body?.password, { claims, req, res }), claims.sid)
      sessions.cookies.clear(res)
      return null
    })

  return router

  /** Whoever sends the password as well means it: a wrong one stops what was asked for. */
  async function owner(password: string | undefined, { claims, req, res }: Exchange): Promise<Credentials> {
    if (password === undefined) return await passwordService.credentials(claims.sub)
    const { whom, settle } = await rateLimits.password(req, res, claims)
    const user = await passwordService.prove(claims.sub, password, 'password', whom)
    await settle()
    return user
  }
}
