import type { Translation } from '../translation.ts'

export const stepUp: Translation['stepUp'] = {}
