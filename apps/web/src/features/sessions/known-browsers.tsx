import type { KnownDevice } from '@latchkey/contracts'
import { useRef } from 'react'
import { Note } from '../../components/alert.tsx'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { deviceName } from '../../components/device-name.ts'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { FirstFew } from '../../components/first-few.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { type Say, useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/sessions.ts'
import { fill } from '../../words/fill.ts'
import { formatDate } from '../../words/formats.ts'
import { DeviceIcon } from './device-icon.tsx'
import { distinctNames } from './device-words.ts'
import itemStyles from './session-item.module.css'
import styles from './sessions-page.module.css'
import { useForgetBrowser, useKnownBrowsers, useUntrustBrowser } from './use-known-browsers.ts'

/** Browsers that have signed in before. They have an easier time signing in, and no more than that. */
export function KnownBrowsers({ now }: { now: number }) {
  const browsers = useKnownBrowsers()
  const list = useRef<HTMLDivElement>(null)
  const [news, setNews] = useNews()
  // The sessions above are what the page is about; without this list it still is whole.
  if (browsers.isLoadingError) return null
  const names = distinctNames(
    (browsers.data ?? []).map((browser) => ({ ...browser, createdAt: browser.firstSeenAt })),
    now,
  )

  function onDone(what: Say) {
    setNews(what)
    list.current?.focus()
  }

  return (
    <Card title={words.knownBrowsers}>
      <p className={styles.empty}>
        {browsers.data?.length !== 0 ? words.aboutKnownBrowsers : words.noKnownBrowsers}
      </p>
      <Note>{news}</Note>
      <div ref={list} tabIndex={-1} className={styles.others}>
        {browsers.isPending && <Skeleton label={words.loadingBrowsers} count={1} hasAction />}
        {browsers.data && browsers.data.length > 0 && (
          <FirstFew name="browsers" className={styles.items}>
            {browsers.data.map((browser) => (
              <li key={browser.id}>
                <KnownBrowser
                  browser={browser}
                  label={names.get(browser.id) ?? deviceName(browser.device)}
                  now={now}
                  onDone={onDone}
                />
              </li>
            ))}
          </FirstFew>
        )}
      </div>
    </Card>
  )
}

interface KnownBrowserProps {
  browser: KnownDevice
  /** Tells it apart from the others by ear. */
  label: string
  now: number
  onDone: (what: Say) => void
}

function KnownBrowser({ browser, label, now, onDone }: KnownBrowserProps) {
  const forget = useForgetBrowser(browser)
  const untrust = useUntrustBrowser(browser)
  // What went wrong before something else was tried is over.
  const latest = untrust.submittedAt > forget.submittedAt ? untrust : forget
  const { trustedUntil } = browser
  const name = nameOf(browser)
  return (
    <div className={itemStyles.item}>
      <DeviceIcon device={browser.device} form={browser.form} />
      <div className={itemStyles.who}>
        <div className={itemStyles.title}>
          <h3>{name}</h3>
        </div>
        <p className={itemStyles.place}>
          {browser.version && `${words.version(browser.version)} · `}
          <span className={itemStyles.address}>{browser.ip}</span>
          {' · '}
          {fill(words.lastSignedIn, { when: <TimeAgo at={browser.lastSeenAt} now={now} /> })}
        </p>
        {trustedUntil && (
          <p className={itemStyles.place}>{fill(words.trustedUntil, { date: <Day at={trustedUntil} /> })}</p>
        )}
        <FailureAlert failure={latest.error} />
      </div>
      <div className={`${itemStyles.end} ${styles.actions}`}>
        {trustedUntil && (
          <ConfirmedButton
            label={words.stopTrustingIt(browser.current ? name : label)}
            tone="plain"
            question={words.stopTrustingQuestion(name)}
            confirm={words.stopTrusting}
            onConfirm={() =>
              untrust.mutateAsync(undefined, {
                onSuccess: () => onDone(() => words.trustedNoMore(nameOf(browser))),
              })
            }
          >
            {words.stopTrusting}
          </ConfirmedButton>
        )}
        <ConfirmedButton
          label={words.forgetIt(browser.current ? name : label)}
          tone="plain"
          question={trustedUntil ? words.forgetTrustedQuestion(name) : words.forgetQuestion(name)}
          confirm={words.forget}
          onConfirm={() =>
            forget.mutateAsync(undefined, { onSuccess: () => onDone(() => words.forgotten(nameOf(browser))) })
          }
        >
          {words.forget}
        </ConfirmedButton>
      </div>
    </div>
  )
}

function nameOf({ current, device }: KnownDevice): string {
  const name = deviceName(device)
  return current ? words.thisBrowser(name) : name
}

/** "November 8". */
const Day = ({ at }: { at: string }) => (
  <time dateTime={at}>{formatDate(new Date(at), { month: 'long', day: 'numeric' })}</time>
)
