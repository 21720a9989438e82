import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type * as language from './language.ts'

let words: typeof language
let english: typeof import('./en/index.ts')

/** A download that takes as long as a test wants it to. */
function held() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const gates = { first: held(), rest: held() }

beforeEach(async () => {
  vi.resetModules()
  gates.first = held()
  gates.rest = held()
  for (const part of ['first', 'rest'] as const) {
    vi.doMock(`./de/${part}.ts`, async (original) => {
      await gates[part].promise
      return await original()
    })
  }
  localStorage.setItem('latchkey.language', 'de')
  words = await import('./language.ts')
  english = await import('./en/index.ts')
})

afterEach(() => {
  vi.useRealTimers()
  document.documentElement.lang = 'en'
})

// Not after each: an import that is under way while it is done loses what the next test mocks.
afterAll(() => {
  vi.doUnmock('./de/first.ts')
  vi.doUnmock('./de/rest.ts')
})

describe('the beginning of a page in German', () => {
  it('waits for what the entrance says, and what is further in for the rest', async () => {
    const canBegin = words.beginSpeaking()
    const canGoOn = words.wholeLanguage()
    gates.first.resolve()
    await canBegin
    expect(words.spokenLanguage()).toBe('de')
    expect(english.entrance.signIn).toBe('Anmelden')
    expect(english.menu.signOut).toBe('Sign out')
    gates.rest.resolve()
    await canGoOn
    expect(english.menu.signOut).toBe('Abmelden')
    expect(english.entrance.signIn).toBe('Anmelden')
  })

  it('is in English when the words have not come after two seconds, and changes when they do', async () => {
    vi.useFakeTimers()
    let hasBegun = false
    void words.beginSpeaking().then(() => {
      hasBegun = true
    })
    await vi.advanceTimersByTimeAsync(1999)
    expect(hasBegun).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(hasBegun).toBe(true)
    expect(words.spokenLanguage()).toBe('en')
    // What is further in does not wait for them either.
    await words.wholeLanguage()

    vi.useRealTimers()
    gates.first.resolve()
    gates.rest.resolve()
    await vi.waitFor(() => expect(english.menu.signOut).toBe('Abmelden'), { timeout: 60_000 })
    expect(words.spokenLanguage()).toBe('de')
  })
})

describe('the locale of dates and numbers', () => {
  it.each([
    [['en-US', 'de'], 'en', 'en-US'],
    [['fr', 'en-IN'], 'en', 'en-IN'],
    [['de-DE', 'de'], 'en', 'en-DE'],
    [['de'], 'en', 'en-DE'],
    [['zh-Hant-TW'], 'en', 'en-TW'],
    [['en-US'], 'de', 'de-US'],
    [['de-CH', 'en'], 'de', 'de-CH'],
    // No tags: Chromium under a system that was never told a language.
    [['en-US@posix'], 'en', 'en-US'],
    [['en-US@posix', 'en-GB'], 'en', 'en-GB'],
    [[], 'de', 'de-DE'],
  ] as const)('of a browser of %j is, in %s, %s', async (browser, spoken, expected) => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(browser)
    gates.first.resolve()
    gates.rest.resolve()
    await words.speakLanguage(spoken)
    expect(words.locale()).toBe(expected)
  })

  it('has the clock of the reader’s region', () => {
    const at = new Date(2026, 10, 27, 20, 5)
    const time = (locale: string) => new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(at)
    expect(time('en-DE')).toBe('20:05')
    expect(time('en-US')).toMatch(/^8:05\sPM$/)
    expect(time('de-US')).toBe('20:05')
  })
})
