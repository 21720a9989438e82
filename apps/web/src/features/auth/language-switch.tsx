import { useLayoutEffect, useRef } from 'react'
import { Alert } from '../../components/alert.tsx'
import { useLanguageChoice } from '../../components/use-language-choice.ts'
import { words } from '../../words/en/entrance.ts'
import { words as frame } from '../../words/en/frame.ts'
import { type Language, languages } from '../../words/language.ts'
import styles from './language-switch.module.css'

const all = Object.entries(languages) as [Language, string][]

/** For whoever cannot read the page well enough to get in. It stays under the finger, however long the other words are. */
export function LanguageSwitch() {
  const { language, change, hasFailed } = useLanguageChoice()
  const place = useRef<HTMLFieldSetElement>(null)
  const stoodAt = useRef<number | undefined>(undefined)
  const standsAt = () => place.current?.getBoundingClientRect().top ?? 0

  // Once the page has its other words.
  useLayoutEffect(() => {
    if (stoodAt.current !== undefined) document.documentElement.scrollTop += standsAt() - stoodAt.current
    stoodAt.current = undefined
  }, [language])

  async function choose(to: Language) {
    stoodAt.current = standsAt()
    if ((await change(to)) !== 'done') stoodAt.current = undefined
  }

  if (all.length < 2) return null
  return (
    <>
      <fieldset ref={place} className={styles.languages} aria-label={words.language}>
        {all.map(([each, name]) => (
          <button
            key={each}
            type="button"
            lang={each}
            className={styles.language}
            aria-pressed={each === language}
            onClick={() => void choose(each)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      {/* Not there before: the form above has one. */}
      {hasFailed && (
        <Alert>
          <p>{frame.unreachable}</p>
        </Alert>
      )}
    </>
  )
}
