import type { Request, RequestHandler } from 'express'

interface Sessions {
  cookies: { readTokens(req: Request): readonly { claims: { sessionId: string } }[] }
}

/** Loses answers to refreshes, as a network does: everything is done, and the connection ends without a word. */
export function createLostAnswers({ cookies }: Sessions) {
  const chosen = new Set<string>()

  const lose: RequestHandler = (req, res, next) => {
    const token = cookies.readTokens(req).find(({ claims }) => chosen.has(claims.sessionId))
    if (token) {
      // On a connection that has answered before, browsers take an end for bad luck, and send the request once more by
      // themselves (RFC 9112 §9.3.1). The page is to see the loss, so the answer to that is lost, too.
      const isFirst = req.socket.bytesWritten === 0
      res.end = () => {
        if (isFirst) chosen.delete(token.claims.sessionId)
        req.socket.destroy()
        return res
      }
    }
    next()
  }

  return {
    /** Before the refresh itself. */
    lose,
    /** From now on, until one is lost. */
    next: (sessionId: string) => void chosen.add(sessionId),
  }
}
