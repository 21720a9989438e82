import type { KnownDevice } from '@latchkey/contracts'
import { useRef, useState } from 'react'
import { Note } from '../../components/alert.tsx'
import { Card } from '../../components/card.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { FirstFew } from '../../components/first-few.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { DeviceIcon } from './device-icon.tsx'
import { distinctNames } from './device-words.ts'
import itemStyles from './session-item.module.css'
import styles from './sessions-page.module.css'
import { useForgetBrowser, useKnownBrowsers, useUntrustBrowser } from './use-known-browsers.ts'

const day = new Intl.DateTimeFormat('en', { month: 'long', day: 'numeric' })

/** Browsers that have signed in before. They have an easier time signing in, and no more than that. */
export function KnownBrowsers({ now }: { now: number }) {
  const browsers = useKnownBrowsers()
  const list = useRef<HTMLDivElement>(null)
  const [news, setNews] = useState<string | null>(null)
  // The sessions above are what the page is about; without this list it still is whole.
  if (!browsers.data) return null
  const names = distinctNames(
    browsers.data.map((browser) => ({ ...browser, createdAt: browser.firstSeenAt })),
    now,
  )

  function onDone(what: string) {
    setNews(what)
    list.current?.focus()
  }

  return (
    <Card title="Known browsers">
      <p className={styles.empty}>
        {browsers.data.length > 0
          ? 'These have signed in before, so nobody else’s wrong passwords can lock them out. Forgetting one does not sign it out; its next sign-in will count as one from a new device.'
          : 'No browser is remembered. The next sign-in from any of them will count as one from a new device.'}
      </p>
      <Note>{news}</Note>
      <div ref={list} tabIndex={-1} className={styles.others}>
        {browsers.data.length > 0 && (
          <FirstFew name="browsers" className={styles.items}>
            {browsers.data.map((browser) => (
              <li key={browser.id}>
                <KnownBrowser
                  browser={browser}
                  label={names.get(browser.id) ?? browser.device}
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
  onDone: (what: string) => void
}

function KnownBrowser({ browser, label, now, onDone }: KnownBrowserProps) {
  const forget = useForgetBrowser(browser)
  const untrust = useUntrustBrowser(browser)
  const { trustedUntil } = browser
  const name = browser.current ? `${browser.device} (this browser)` : browser.device
  return (
    <div className={itemStyles.item}>
      <DeviceIcon device={browser.device} form={browser.form} />
      <div className={itemStyles.who}>
        <div className={itemStyles.title}>
          <h3>{name}</h3>
        </div>
        <p className={itemStyles.place}>
          {browser.version && `Version ${browser.version} · `}
          <span className={itemStyles.address}>{browser.ip}</span> · last signed in{' '}
          <TimeAgo at={browser.lastSeenAt} now={now} />
        </p>
        {trustedUntil && (
          <p className={itemStyles.place}>
            Signs in without your second step until{' '}
            <time dateTime={trustedUntil}>{day.format(new Date(trustedUntil))}</time>
          </p>
        )}
        <FailureAlert failure={forget.error ?? untrust.error} />
      </div>
      <div className={`${itemStyles.end} ${styles.actions}`}>
        {trustedUntil && (
          <ConfirmedButton
            label={`Stop trusting ${browser.current ? name : label}`}
            tone="plain"
            question={`Stop trusting ${name}? Its next sign-in will ask for your second step.`}
            confirm="Stop trusting"
            onConfirm={() =>
              untrust.mutateAsync(undefined, { onSuccess: () => onDone(`${name} is no longer trusted.`) })
            }
          >
            Stop trusting
          </ConfirmedButton>
        )}
        <ConfirmedButton
          label={`Forget ${browser.current ? name : label}`}
          tone="plain"
          question={`Forget ${name}? Its next sign-in will count as one from a new device${trustedUntil ? ', and ask for your second step' : ''}.`}
          confirm="Forget"
          onConfirm={() =>
            forget.mutateAsync(undefined, { onSuccess: () => onDone(`${name} has been forgotten.`) })
          }
        >
          Forget
        </ConfirmedButton>
      </div>
    </div>
  )
}
