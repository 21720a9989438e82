import type { Translation } from '../translation.ts'

export const protocol: Translation['protocol'] = {}
