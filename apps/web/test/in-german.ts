import { onTestFinished } from 'vitest'
import { speakLanguage } from '../src/words/language.ts'

/** From here on a test reads the page in German: its words, dates and numbers. The next test has English again. */
export async function inGerman() {
  await speakLanguage('de')
  onTestFinished(async () => void (await speakLanguage('en')))
}
