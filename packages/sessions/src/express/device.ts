import type { Request } from 'express'
import type { Device } from '../session.schema.ts'

/** Long enough for any browser, short enough to store with each of fifty sessions. */
const maxUserAgentLength = 256

/** `ip` is the peer's address, or the client's address as trusted proxies report it. */
export const deviceOf = (req: Request): Device => ({
  userAgent: (req.get('user-agent') ?? '').slice(0, maxUserAgentLength),
  ip: req.ip ?? '',
})
