import type { Handler } from './command.ts'

/** Also answers what a server without sessions and logs has nothing to do for. */
export const ping: Handler = () => ({ ok: 1 })
