import * as z from 'zod/mini'
import { errorCodes } from './errors.ts'
import { contract } from './route-contract.ts'

/**
 * Routes by which the page shows what the protocol is for. They are no part of the API: they exist only in development,
 * where the mailbox does, and so they are not in `routes`.
 */
export const demoRoutes = {
  stealCookie: contract({
    method: 'POST',
    path: '/demo/steal-cookie',
    summary: 'Copy the caller’s cookies and show them to /refresh-token from elsewhere, without the key',
    requires: 'accessToken',
    status: 200,
    /** What the thief did, and the verdict of the API. */
    reply: z.object({
      userAgent: z.string(),
      /** The names of the cookies that were copied. */
      cookies: z.array(z.string()),
      status: z.int(),
      code: z.nullable(z.enum(errorCodes)),
      detail: z.nullable(z.string()),
      /** How many cookies the answer set. */
      cookiesSet: z.int(),
    }),
    errors: ['forbidden'],
  }),
  loseAnswer: contract({
    method: 'POST',
    path: '/demo/lose-answer',
    summary: 'Lose the answer to the next refresh of this session, after it was done',
    requires: 'accessToken',
    status: 204,
    reply: null,
    errors: [],
  }),
} as const
