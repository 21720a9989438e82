import { complaints } from '@latchkey/contracts'
import { catalogue } from '../catalogue.ts'

/** The sentences are the API's own: they stand in one place. */
export const words = catalogue('complaints', { sentences: complaints })
