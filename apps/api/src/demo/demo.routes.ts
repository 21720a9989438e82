import type { AccessTokenClaims } from '@latchkey/contracts'
import { demoRoutes as contracts, routes } from '@latchkey/contracts'
import { AuthError, type Clock } from '@latchkey/contracts/server'
import { type Request, Router } from 'express'
import type { ApiRoute } from '../guards.ts'
import { traceparentOf } from '../http/trace-context.ts'
import { createLostAnswers } from './lost-answers.ts'
import { copiedCookies, showCopy } from './thief.ts'

interface Collaborators {
  route: ApiRoute
  clock: Clock
  sessions: Parameters<typeof copiedCookies>[2] &
    Parameters<typeof createLostAnswers>[0] & {
      list(userId: string): Promise<readonly { _id: { toHexString(): string }; lock: string | null }[]>
    }
}

/**
 * What the page needs to show the protocol at work. Only in development, beside the mailbox (app.ts), and only about the
 * caller's own session. Stands before the routes of a session, because it gets at their answers.
 */
export function demoRoutes({ route, sessions, clock }: Collaborators): Router {
  const router = Router({ strict: true })
  const lostAnswers = createLostAnswers(sessions, clock)

  router.post(routes.refreshToken.path, lostAnswers.lose)

  route(router, contracts.loseAnswer, (_, { claims: { sid } }) => {
    lostAnswers.next(sid)
    return null
  })

  route(router, contracts.stealCookie, async (_, { claims, req }) => {
    const copied = copiedCookies(req, claims.sid, sessions)
    // The cookies of somebody else; or a session without a key, whose copy would work.
    if (copied.length === 0 || !(await isBound(claims))) throw new AuthError('forbidden')
    return await showCopy(ownAddress(req), copied, traceparentOf(req.trace))
  })

  return router

  async function isBound({ sub, sid }: AccessTokenClaims): Promise<boolean> {
    const own = await sessions.list(sub)
    return own.some(({ _id, lock }) => _id.toHexString() === sid && lock !== null)
  }
}

/** Where this process listens, whatever the caller calls it. */
function ownAddress({ socket: { localAddress = '', localPort } }: Request): string {
  return `http://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`
}
