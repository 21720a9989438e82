import type { Handler } from './command.ts'

/** Also answers commands that have nothing to do here, such as `endSessions`. */
export const ping: Handler = () => ({ ok: 1 })
