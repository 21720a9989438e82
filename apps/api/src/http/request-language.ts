import { type Language, languageIn } from '@latchkey/contracts'
import type { Request } from 'express'

/** Browsers send a few dozen characters. What is longer is not looked at. */
const longestHeader = 500

/**
 * The first language that the request's `Accept-Language` names and that we write in. Null: it names none of ours. `*` names
 * none: programs send it that nobody has told a language.
 */
export function requestLanguage(req: Request): Language | null {
  const header = req.get('accept-language')
  if (header === undefined || header.length > longestHeader) return null
  for (const tag of req.acceptsLanguages()) {
    const language = languageIn(tag.split('-')[0]?.toLowerCase())
    if (language) return language
  }
  return null
}
