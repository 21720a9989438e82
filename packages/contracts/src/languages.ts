// In a file of its own: it needs none of the schemas.

/** The languages in which we write to people, by their tags (BCP 47). The first is for whoever has not said which. */
export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]
export const defaultLanguage: Language = languages[0]

/** What a stored field says. Null: none, or one that only a newer version writes in. */
export const languageIn = (value: unknown): Language | null =>
  languages.find((each) => each === value) ?? null
