import { type Language, languageIn } from '@latchkey/contracts'
import { useMailLanguage } from '../../app/use-mail-language.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useAction } from '../../components/use-action.ts'
import { words } from '../../words/en/account.ts'
import { locale, spokenLanguage } from '../../words/language.ts'
import styles from './account-page.module.css'

/** In which language mails come, where that is not the page's, and how to have them come in that one. */
export function MailLanguage({ language }: { language: Language }) {
  const send = useMailLanguage()
  const ofPage = languageIn(spokenLanguage())
  const change = useAction(async () => {
    if (ofPage) await send(ofPage)
  })
  if (language === spokenLanguage()) return null
  return (
    <>
      <p className={styles.explanation}>{words.emailsComeIn(nameOf(language))}</p>
      <FailureAlert failure={change.failure} />
      {ofPage && (
        <div>
          <Button variant="secondary" isBusy={change.isBusy} onClick={change.run}>
            {words.getThemIn(nameOf(ofPage))}
          </Button>
        </div>
      )}
    </>
  )
}

/** "German", of `de`. */
const nameOf = (tag: Language) => new Intl.DisplayNames(locale(), { type: 'language' }).of(tag) ?? tag
