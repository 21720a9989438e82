import { catalogue } from '../catalogue.ts'

export const words = catalogue('admin', {})
