import { useSyncExternalStore } from 'react'
import { keptChoice } from '../kept-choice.ts'
import { speak } from './catalogue.ts'
import type { FirstWords, RemainingWords } from './translation.ts'

/** Each by its own name. The first is the one that the others are translations of. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

interface Download {
  /** What the entrance says. */
  first: () => Promise<{ default: FirstWords }>
  rest: () => Promise<{ default: RemainingWords }>
}

const translations: Record<Exclude<Language, 'en'>, Download> = {
  de: { first: () => import('./de/first.ts'), rest: () => import('./de/rest.ts') },
}

/** Those of the world's that one may want to add and that are written from right to left. */
const rightToLeft: readonly string[] = ['ar', 'fa', 'he', 'ur']

export const directionOf = (language: Language) => (rightToLeft.includes(language) ? 'rtl' : 'ltr')

/** public/before-paint.js reads it before the first paint. */
const choice = keptChoice('latchkey.language', () => void speakLanguage(preferredLanguage()))
let current: Language = 'en'
/** What was asked for last. Its words may not be there yet. */
let wanted: Language = current
/** Whether all its words are there, and not the first alone. */
let isWhole = true
let begun: Promise<unknown> = Promise.resolve()

const longestWaitMs = 2000

/** Of a change: it happened, another was asked for meanwhile, or the words could not be downloaded and all stays as it was. */
export type Change = 'done' | 'overtaken' | 'failed'

export const isLanguage = (text: unknown): text is Language => Object.hasOwn(languages, text as string)

export const spokenLanguage = (): Language => current

/** The language of the page, and how to choose another. `App` reads it, and so everything that shows words is rendered again. */
export function useLanguage(): [Language, (language: Language) => Promise<Change>] {
  return [useSyncExternalStore(choice.subscribe, spokenLanguage, spokenLanguage), choose]
}

/** Kept only once it is spoken: it would be a promise that the page does not keep. */
async function choose(language: Language): Promise<Change> {
  // All of the page is rendered anew: what was pressed is seen to be pressed before.
  await new Promise((painted) => setTimeout(painted))
  const change = await speakLanguage(language)
  if (change === 'done') choice.keep(language)
  return change
}

/** The one that was chosen in this browser, or else the first of the browser's that we have. */
export function preferredLanguage(): Language {
  return chosenLanguage() ?? navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en'
}

/** The one that was chosen in this browser. Null: none, or nothing is kept here. */
export function chosenLanguage(): Language | null {
  const kept = choice.read()
  return isLanguage(kept) ? kept : null
}

/**
 * Resolves when the page can begin: it speaks the preferred language as far as the entrance goes. After two seconds it begins
 * in English, and changes when the words come.
 */
export async function beginSpeaking(): Promise<void> {
  const first = speakLanguage(preferredLanguage(), 'first')
  // If this fails, whatever needs them asks again.
  first.then(wholeLanguage).catch(() => undefined)
  begun = Promise.race([first, new Promise((resolve) => setTimeout(resolve, longestWaitMs))])
  await begun
}

/** What is further in waits for it: all words of the language of the page are there. Throws where they cannot be downloaded. */
export async function wholeLanguage(): Promise<void> {
  // Already while the first are on their way.
  if (wanted !== 'en') translations[wanted].rest().catch(() => undefined)
  await begun
  if (!isWhole && (await speakLanguage(wanted)) === 'failed')
    throw new Error('Words could not be downloaded.')
}

/** Changes the language of the page. */
export async function speakLanguage(language: Language, part?: 'first'): Promise<Change> {
  wanted = language
  try {
    const translation = language === 'en' ? {} : await wordsOf(translations[language], part)
    if (wanted !== language) return 'overtaken'
    speak(translation)
  } catch {
    return wanted === language ? 'failed' : 'overtaken'
  }
  isWhole = part !== 'first' || language === 'en'
  current = language
  // There is none where the page is prerendered.
  if (typeof document !== 'undefined')
    Object.assign(document.documentElement, { lang: language, dir: directionOf(language) })
  choice.tell()
  return 'done'
}

async function wordsOf({ first, rest }: Download, part?: 'first'): Promise<Record<string, object>> {
  const parts = await Promise.all(part ? [first()] : [first(), rest()])
  return Object.assign({}, ...parts.map((each) => each.default))
}

/**
 * For `Intl`: the language that is spoken, with what the reader's own says about days, clocks and numbers. Whoever reads
 * English in a German browser has `en-DE`: 27/11/2026, 20:05.
 */
export function locale(): string {
  const tags = navigator.languages.flatMap((tag) => readTag(tag) ?? [])
  const own = tags.find(({ language }) => language === current)
  return own ? own.toString() : `${current}-${(tags[0] ?? new Intl.Locale(current)).maximize().region}`
}

/** Null: it is none (BCP 47), like the `en-US@posix` of a system that was never told a language. `Intl` would throw. */
function readTag(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag)
  } catch {
    return null
  }
}
