import type { Whom } from '../../src/limits/fair-queue.ts'

/** Groups, from the widest to the narrowest, who wait as long as it takes. */
export const whom = (...groups: string[]): Whom => ({ groups, isGone: () => false })
