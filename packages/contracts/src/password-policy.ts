import * as z from 'zod/mini'
import { contract } from './route-contract.ts'

/** Apart from the table of endpoints, for a page that needs only this one. */
export const passwordPolicy = contract({
  method: 'GET',
  path: '/password-policy',
  summary: 'How long a new password has to be, and may be, in characters',
  requires: 'nothing',
  status: 200,
  reply: z.object({ minLength: z.int(), maxLength: z.int() }),
  errors: [],
})
