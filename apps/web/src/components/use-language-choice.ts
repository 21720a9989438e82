import { useState } from 'react'
import { type Change, type Language, useLanguage } from '../words/language.ts'

/** The language of the page, how to choose another, and whether the words of the last one chosen could not be downloaded. */
export function useLanguageChoice() {
  const [language, choose] = useLanguage()
  const [hasFailed, setHasFailed] = useState(false)

  async function change(to: Language): Promise<Change> {
    setHasFailed(false)
    const change = await choose(to)
    setHasFailed(change === 'failed')
    return change
  }

  return { language, change, hasFailed }
}
