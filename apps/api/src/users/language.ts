import { type Language, languages } from '@latchkey/contracts'

/** What a stored field says. Null: none, or one that only a newer version writes in. */
export const languageIn = (value: unknown): Language | null =>
  languages.find((each) => each === value) ?? null
