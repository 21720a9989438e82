import type { Translation } from '../translation.ts'

export const entrance: Translation['entrance'] = {}
