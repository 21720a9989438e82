import type { Translation } from '../translation.ts'

export const signInAgain: Translation['signInAgain'] = {}
