import type { Like } from './catalogue.ts'
import type * as english from './en/index.ts'

/** Every word of the page in one more language. It does not compile while one is missing. */
export type Translation = Like<typeof english>

/** What is said before any page further in has been downloaded. */
export type FirstWords = Pick<Translation, 'common' | 'entrance' | 'frame'>
export type RemainingWords = Omit<Translation, keyof FirstWords>
