import type { Translation } from '../translation.ts'

export const common: Translation['common'] = {}
