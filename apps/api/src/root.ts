import { fileURLToPath } from 'node:url'

/** The root of the checkout, or of its copy. It is as many folders up from the source as from the build. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))
