import { name } from './brand.ts'

/** The name as part of a file's: lower case, letters, digits and dashes. */
export const slug = name
  .toLowerCase()
  .replace(/[^\p{L}\p{N}]+/gu, '-')
  .replace(/^-|-$/g, '')
