import { useLayoutEffect, useRef } from 'react'
import { words } from '../../words/en/entrance.ts'
import { type Language, languages, useLanguage } from '../../words/language.ts'
import styles from './language-switch.module.css'

const all = Object.entries(languages) as [Language, string][]

/** For whoever cannot read the page well enough to get in. It stays under the finger, however long the other words are. */
export function LanguageSwitch() {
  const [language, choose] = useLanguage()
  const place = useRef<HTMLFieldSetElement>(null)
  const stoodAt = useRef<number | undefined>(undefined)
  const standsAt = () => place.current?.getBoundingClientRect().top ?? 0

  // Once the page has its other words.
  useLayoutEffect(() => {
    if (stoodAt.current !== undefined) document.documentElement.scrollTop += standsAt() - stoodAt.current
    stoodAt.current = undefined
  }, [language])

  function change(to: Language) {
    stoodAt.current = standsAt()
    choose(to)
  }

  if (all.length < 2) return null
  return (
    <fieldset ref={place} className={styles.languages} aria-label={words.language}>
      {all.map(([each, name]) => (
        <button
          key={each}
          type="button"
          lang={each}
          className={styles.language}
          aria-pressed={each === language}
          onClick={() => change(each)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  )
}
