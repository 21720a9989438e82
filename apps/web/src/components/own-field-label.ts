import { words } from '../words/en/own-fields.ts'

/** What a field of one's own is called, by its name. */
export const ownFieldLabel = (name: string): string =>
  (words.labels as Readonly<Record<string, string>>)[name] ?? name
