import type { ActivityEvent } from '@latchkey/contracts'
import type { ReactNode } from 'react'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { Badge } from '../../components/badge.tsx'
import { Card } from '../../components/card.tsx'
import { deviceName } from '../../components/device-name.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import { words } from '../../words/en/protocol.ts'
import { fill } from '../../words/fill.ts'
import { wordsFor } from '../activity/event-words.ts'
import { useActivity } from '../activity/use-activity.ts'
import type { Theft } from './experiments.ts'
import { recordedAlarm, recordedTheft } from './recorded-theft.ts'
import { StatusMark } from './status-mark.tsx'
import styles from './theft-card.module.css'

const refreshLine = 'POST /api/refresh-token'

interface TheftCardProps {
  theft: Theft | null
  /** Whether it can be tried here. Otherwise a recording is shown. */
  isLive: boolean
  /** Why not. */
  obstacle: string
}

/** The owner beside the thief: both have the cookie, one has the key. */
export function TheftCard({ theft, isLive, obstacle }: TheftCardProps) {
  const activity = useActivity()
  const event = activity.data?.find(({ kind }) => kind === 'copied_session_refused') ?? null
  const shown = isLive ? theft : recordedTheft
  return (
    <Card
      title={words.stolenCookie}
      {...(!isLive && { action: <Badge tone="warning">{words.recordedRun}</Badge> })}
    >
      <div className={styles.content}>
        <div className={styles.panes}>
          <Pane title={words.you} where={words.thisBrowser}>
            <ul className={styles.has}>
              <Item has>{words.refreshCookie}</Item>
              <Item has>{words.keyThatStays}</Item>
            </ul>
            {shown ? <Owner theft={shown} event={isLive ? event : recordedAlarm} /> : <NotYet />}
          </Pane>
          <Pane title={words.thief} where={words.elsewhere((shown ?? recordedTheft).verdict.userAgent)}>
            <ul className={styles.has}>
              <Item has>{words.copiedCookie}</Item>
              <Item>{words.noKey}</Item>
            </ul>
            {shown ? <Thief theft={shown} /> : <NotYet />}
          </Pane>
        </div>
        <p className={styles.how}>{isLive ? words.howItIsStolen : words.recorded(obstacle)}</p>
      </div>
    </Card>
  )
}

function Pane({ title, where, children }: { title: string; where: string; children: ReactNode }) {
  return (
    <section className={styles.pane} aria-label={title}>
      <h3>{title}</h3>
      <p className={styles.where}>{where}</p>
      {children}
    </section>
  )
}

function Item({ has = false, children }: { has?: boolean; children: string }) {
  return (
    <li data-has={has}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={has ? 'M3 8.5 6.5 12 13 4.5' : 'M4 4l8 8M12 4l-8 8'} />
      </svg>
      {children}
    </li>
  )
}

const NotYet = () => <p className={styles.outcome}>{words.notTriedYet}</p>

function Thief({ theft: { verdict } }: { theft: Theft }) {
  return (
    <div className={styles.outcome}>
      <p>
        <code dir="ltr">{refreshLine}</code>
      </p>
      <p className={styles.verdict}>
        <StatusMark status={verdict.status} /> <code dir="ltr">{verdict.code ?? words.noCode}</code>
      </p>
      {verdict.detail && <p lang="en">{`“${verdict.detail}”`}</p>}
      <p className={styles.where}>{words.cookiesBack(verdict.cookiesSet)}</p>
    </div>
  )
}

function Owner({ theft: { from, to }, event }: { theft: Theft; event: Alarming | null }) {
  const change = (
    <b dir="ltr">
      {from} → {to}
    </b>
  )
  return (
    <div className={styles.outcome}>
      <p>
        <code dir="ltr">{refreshLine}</code>
      </p>
      <p className={styles.verdict}>
        <StatusMark status={200} /> <span>{fill(words.ownerRotated, { change })}</span>
      </p>
      <p>{words.noticeNothing}</p>
      {event && <Alarm event={event} />}
    </div>
  )
}

/** A recorded one has no time, and is found nowhere else. */
type Alarming = Pick<ActivityEvent, 'kind' | 'device'> & Partial<ActivityEvent>

function Alarm({ event: { kind, device, at } }: { event: Alarming }) {
  const now = useServerNow()
  const { title } = wordsFor({ kind, sessionId: '' })
  return (
    <div className={styles.alarm}>
      <svg className={styles.shield} viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 3.5l7 2.75v5c0 4.5-2.9 7.5-7 9.25-4.1-1.75-7-4.75-7-9.25v-5ZM9.5 9.5l5 5M14.5 9.5l-5 5" />
      </svg>
      <p>
        {at ? <Link to={paths.activity}>{title}</Link> : <span>{title}</span>}
        <span className={styles.where}>
          {at
            ? fill(words.alarmFrom, { device: deviceName(device), when: <TimeAgo at={at} now={now} /> })
            : deviceName(device)}
        </span>
      </p>
    </div>
  )
}
