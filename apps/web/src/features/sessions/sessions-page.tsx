import type { Session } from '@latchkey/contracts'
import { useRef } from 'react'
import { useServerNow } from '../../app/server-clock.ts'
import { Note } from '../../components/alert.tsx'
import { Card } from '../../components/card.tsx'
import { deviceName } from '../../components/device-name.ts'
import { FirstFew } from '../../components/first-few.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useLoadFailure } from '../../components/use-load-failure.ts'
import { type Say, useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/sessions.ts'
import { distinctNames } from './device-words.ts'
import { EndOthers } from './end-others.tsx'
import { KnownBrowsers } from './known-browsers.tsx'
import { OtherSession, ThisSession } from './session-item.tsx'
import styles from './sessions-page.module.css'
import { SignOutEverywhere } from './sign-out-everywhere.tsx'
import { useKnownBrowsers } from './use-known-browsers.ts'
import { useSessions } from './use-sessions.ts'

export default function SessionsPage() {
  const sessions = useSessions()
  const failure = useLoadFailure(sessions)
  // Asked for at the same time, not one after the other.
  useKnownBrowsers()
  return (
    <>
      <PageHeading title={words.sessions}>{words.lead}</PageHeading>
      {sessions.data && <SessionLists sessions={sessions.data} />}
      {sessions.isPending && !failure && (
        <div className={styles.layout}>
          <Card title={words.thisDevice}>
            <Skeleton label={words.loading} count={1} hasAction />
          </Card>
        </div>
      )}
      {failure && (
        <LoadFailure
          failure={failure}
          isRetrying={sessions.isFetching}
          retry={() => void sessions.refetch()}
        />
      )}
    </>
  )
}

function SessionLists({ sessions }: { sessions: Session[] }) {
  const now = useServerNow()
  const list = useRef<HTMLDivElement>(null)
  const [news, setNews] = useNews()
  const current = sessions.find((session) => session.current)
  const others = sessions.filter((session) => !session.current)
  const names = distinctNames(sessions, now)

  /** The button that had the focus has gone with its session. */
  function onEnded(what: Say) {
    setNews(what)
    list.current?.focus()
  }

  return (
    <div className={styles.layout}>
      <div className={styles.lists}>
        {current && (
          <Card title={words.thisDevice}>
            <ThisSession
              session={current}
              now={now}
              label={names.get(current.id) ?? deviceName(current.device)}
            />
          </Card>
        )}
        <Note>{news}</Note>
        <div ref={list} tabIndex={-1} className={styles.others}>
          <Card
            title={words.otherDevices}
            action={others.length > 1 && <EndOthers count={others.length} onEnded={onEnded} />}
          >
            {others.length === 0 ? (
              <p className={styles.empty}>{words.nowhereElse}</p>
            ) : (
              <FirstFew name="sessions" className={styles.items}>
                {others.map((session) => (
                  <li key={session.id}>
                    <OtherSession
                      session={session}
                      now={now}
                      label={names.get(session.id) ?? deviceName(session.device)}
                      onEnded={onEnded}
                    />
                  </li>
                ))}
              </FirstFew>
            )}
          </Card>
        </div>
        <KnownBrowsers now={now} />
      </div>
      <SignOutEverywhere />
    </div>
  )
}
