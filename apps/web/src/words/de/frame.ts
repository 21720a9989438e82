import type { Translation } from '../translation.ts'

export const frame: Translation['frame'] = {}
