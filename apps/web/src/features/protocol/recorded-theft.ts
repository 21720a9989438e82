import type { Theft } from './experiments.ts'

/** What a real run in development came to, for where there can be none. */
export const recordedTheft: Theft = {
  verdict: {
    userAgent: 'curl/8.5.0',
    cookies: ['latchkey.refreshToken', 'latchkey.session'],
    status: 403,
    code: 'refresh_token_locked',
    detail:
      'This session belongs to another browser, and no server can continue it either (docs/server-rendered.md).',
    cookiesSet: 0,
  },
  from: 3,
  to: 4,
}

/** The event that it left behind, without the time. */
export const recordedAlarm = { kind: 'copied_session_refused', device: 'curl' } as const
