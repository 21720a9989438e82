import { type Language, languageIn, languages } from '@latchkey/contracts'
import type { Request } from 'express'

/** Browsers send a few dozen characters. What is longer is not looked at. */
const longestHeader = 500

/** The first language of the request's `Accept-Language` that we write in. Null: none, or it says nothing we understand. */
export function requestLanguage(req: Request): Language | null {
  const header = req.get('accept-language')
  if (header === undefined || header.length > longestHeader) return null
  return languageIn(req.acceptsLanguages(...languages))
}
