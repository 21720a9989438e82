/** A sentence, what makes one of its parts, or several that belong together. */
export interface Words {
  readonly [key: string]: string | ((...parts: never[]) => string) | Words
}

/** The same words in another language: as many of them, made of the same parts. */
export type Like<W> = {
  readonly [Key in keyof W]: W[Key] extends string
    ? string
    : W[Key] extends (...parts: infer Parts) => string
      ? (...parts: Parts) => string
      : Like<W[Key]>
}

const catalogues = new Map<string, { words: object; english: Words }>()
let spoken: Readonly<Record<string, object>> = {}

/**
 * The words of one part of the page, in the language that is spoken. They change with it: read them while rendering, never
 * while a module is loaded.
 *
 * `name` is the part's in the translations (`translation.ts`).
 */
export function catalogue<W extends Words>(name: string, english: W): W {
  const words = { ...english, ...spoken[name] }
  catalogues.set(name, { words, english })
  return words
}

/** From now on all catalogues, those that are not loaded yet included, have these words. English is no translation: {}. */
export function speak(translation: Readonly<Record<string, object>>): void {
  spoken = translation
  for (const [name, { words, english }] of catalogues) Object.assign(words, english, translation[name])
}
