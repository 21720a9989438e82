import type { Translation } from '../translation.ts'

export const recovery: Translation['recovery'] = {}
