import { createHash } from 'node:crypto'

/** In place of an address where only equality counts. */
export const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22)
