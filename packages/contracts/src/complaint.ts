import type { ComplaintCode } from './complaints.ts'

/**
 * The message of a schema: a code of the list. In a file of its own, so that schemas do not bring the sentences along; as a
 * function it does not compile for a code that is not in the list.
 */
export const complaint = (code: ComplaintCode): string => code
