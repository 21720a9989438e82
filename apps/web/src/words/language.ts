import { useSyncExternalStore } from 'react'
import { speak } from './catalogue.ts'
import type { Translation } from './translation.ts'

/** Each by its own name. The first is the one that the others are translations of. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const translations: Record<Exclude<Language, 'en'>, () => Promise<{ default: Translation }>> = {
  de: () => import('./de/index.ts'),
}

/** Those of the world's that one may want to add and that are written from right to left. */
const rightToLeft: readonly string[] = ['ar', 'fa', 'he', 'ur']

const key = 'latchkey.language'
const listeners = new Set<() => void>()
let current: Language = 'en'
/** What was asked for last. Its words may not be there yet. */
let wanted: Language = current

export const isLanguage = (text: unknown): text is Language => Object.hasOwn(languages, text as string)

export const spokenLanguage = (): Language => current

/** The language of the page, and how to choose another. `App` reads it, and so everything that shows words is rendered again. */
export function useLanguage(): [Language, (language: Language) => void] {
  return [useSyncExternalStore(subscribe, () => current), choose]
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('storage', followOtherTabs)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) removeEventListener('storage', followOtherTabs)
  }
}

function followOtherTabs(event: StorageEvent): void {
  if (event.key === key) void speakLanguage(preferredLanguage())
}

function choose(language: Language): void {
  try {
    localStorage.setItem(key, language)
  } catch {
    // Blocked. It lasts until the page goes.
  }
  void speakLanguage(language)
}

/** The one that was chosen in this browser, or else the first of the browser's that we have. */
export function preferredLanguage(): Language {
  return [kept(), ...navigator.languages.map((tag) => tag.split('-')[0])].find(isLanguage) ?? 'en'
}

function kept(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Changes the language of the page. Where the words cannot be downloaded, it stays as it is. */
export async function speakLanguage(language: Language): Promise<void> {
  wanted = language
  try {
    const translation = language === 'en' ? {} : (await translations[language]()).default
    if (wanted !== language) return
    speak(translation)
  } catch {
    return
  }
  current = language
  document.documentElement.lang = language
  document.documentElement.dir = rightToLeft.includes(language) ? 'rtl' : 'ltr'
  for (const listener of listeners) listener()
}

/** For `Intl`: the language that is spoken, with what the reader's own says about days, clocks and numbers. */
export const locale = (): string =>
  navigator.languages.find((tag) => tag.split('-')[0] === current) ?? current
