import type { Clock } from '@latchkey/contracts/server'
import type { Request, RequestHandler } from 'express'

interface Sessions {
  cookies: { readTokens(req: Request): readonly { claims: { sessionId: string } }[] }
}

/**
 * Browsers take the end of a connection that they have used or kept ready for bad luck, and send the request once more by
 * themselves, at once (RFC 9112 §9.3.1). The page waits longer than that before it tries again.
 */
const repeatMs = 500

/** Loses answers to refreshes, as a network does: everything is done, and the connection ends without a word. */
export function createLostAnswers({ cookies }: Sessions, clock: Clock) {
  /** Sessions that lose answers, and until when; null: until the first one. */
  const chosen = new Map<string, number | null>()

  const lose: RequestHandler = (req, res, next) => {
    const now = clock.now().getTime()
    for (const [sessionId, until] of chosen) if (until !== null && until < now) chosen.delete(sessionId)
    const sessionId = cookies.readTokens(req).find(({ claims }) => chosen.has(claims.sessionId))
      ?.claims.sessionId
    if (sessionId)
      res.end = () => {
        if (chosen.get(sessionId) === null) chosen.set(sessionId, clock.now().getTime() + repeatMs)
        req.socket.destroy()
        return res
      }
    next()
  }

  return {
    /** Before the refresh itself. */
    lose,
    /** From now on, until one is lost. */
    next: (sessionId: string) => void chosen.set(sessionId, null),
  }
}
