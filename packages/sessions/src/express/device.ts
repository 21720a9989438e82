import type { Request } from 'express'
import type { Device } from '../session.schema.ts'

/** Long enough for any browser, short enough to store fifty of. */
const maxUserAgentLength = 256

/** `ip` is the peer's, or the client's as the trusted proxies tell it. */
export const deviceOf = (req: Request): Device => ({
  userAgent: (req.get('user-agent') ?? '').slice(0, maxUserAgentLength),
  ip: req.ip ?? '',
})
