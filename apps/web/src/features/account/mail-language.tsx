import { type Language, languageIn } from '@latchkey/contracts'
import { useAction } from '@latchkey/react'
import { useMailLanguage } from '../../app/use-mail-language.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useFocusAfterwards } from '../../components/use-focus-afterwards.ts'
import { words } from '../../words/en/account.ts'
import { locale, spokenLanguage } from '../../words/language.ts'
import styles from './account-page.module.css'

/**
 * In which language mails come, and how to have them come in the page's. Its line is there before that is known (null), so
 * that nothing moves.
 */
export function MailLanguage({ language }: { language: Language | null }) {
  const send = useMailLanguage()
  const ofPage = languageIn(spokenLanguage())
  const change = useAction(async () => {
    if (ofPage) await send(ofPage)
  })
  const sentence = useFocusAfterwards<HTMLParagraphElement>(change.successes > 0 && language === ofPage)

  return (
    <>
      <div className={`${styles.line} ${styles.mails}`}>
        <p ref={sentence} tabIndex={-1} className={styles.explanation}>
          {language && words.emailsComeIn(nameOf(language))}
        </p>
        {language && ofPage && language !== ofPage && (
          <Button variant="secondary" isBusy={change.isBusy} onClick={change.run}>
            {words.getThemIn(nameOf(ofPage))}
          </Button>
        )}
      </div>
      <FailureAlert failure={change.failure} />
    </>
  )
}

/** "German", of `de`. */
const nameOf = (tag: Language) => new Intl.DisplayNames(locale(), { type: 'language' }).of(tag) ?? tag
