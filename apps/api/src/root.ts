import { fileURLToPath } from 'node:url'

/** The checkout, or the folder it was copied to; the same number of steps up from the source and from the build. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))
