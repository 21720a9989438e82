import type { Translation } from '../translation.ts'

export const complaints: Translation['complaints'] = {}
