import { developmentMeta, mailboxOpenCookie, mailboxPath } from '@latchkey/contracts'
import { words } from '../words/en/common-inside.ts'
import styles from './mailbox-hint.module.css'

/** In development: where the mail is that was just announced. Elsewhere nothing. No request is needed to know. */
export function MailboxHint() {
  const address = mailboxAddress()
  if (address)
    return (
      <p className={styles.hint}>
        {words.noMailInDevelopment}{' '}
        <a href={address} target="_blank" rel="noreferrer">
          {words.openMailbox}
        </a>
      </p>
    )
  if (document.querySelector(`meta[name="${developmentMeta}"]`))
    return <p className={styles.hint}>{words.mailboxInTerminal}</p>
  return null
}

/** The API's own port: the development server of the page does not serve it. Null: this browser has not opened it yet. */
function mailboxAddress(): string | null {
  const cookie = document.cookie.split('; ').find((each) => each.startsWith(`${mailboxOpenCookie}=`))
  const port = /=(\d{1,5}|same)$/.exec(cookie ?? '')?.[1]
  if (port === undefined) return null
  if (port === 'same' || port === location.port) return mailboxPath
  return `${location.protocol}//${location.hostname}:${port}${mailboxPath}`
}
