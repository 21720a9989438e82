import type { ActivityEvent } from '@latchkey/contracts'
import { useEffect, useState } from 'react'
import { useServerNow } from '../../app/server-clock.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useFocusAfterwards } from '../../components/use-focus-afterwards.ts'
import { useLoadFailure } from '../../components/use-load-failure.ts'
import { words } from '../../words/en/activity.ts'
import styles from './activity-page.module.css'
import { byDay, type Day, today } from './days.ts'
import { EventItem } from './event-item.tsx'
import { type Fold, folded } from './fold.ts'
import { FoldedEvents } from './folded-events.tsx'
import { rememberSeen } from './seen-activity.ts'
import { useActivityPages } from './use-activity.ts'

export default function ActivityPage() {
  const activity = useActivityPages()
  const failure = useLoadFailure(activity)
  const [lastBefore, setLastBefore] = useState<string | null>(null)

  function showOlder() {
    setLastBefore(activity.data?.at(-1)?.id ?? null)
    void activity.fetchNextPage()
  }

  return (
    <>
      <PageHeading title={words.recentActivity}>{words.lead}</PageHeading>
      {activity.data && (
        // With the last page the button goes that has the focus: reading goes on with what it brought.
        <Events
          events={activity.data}
          continueAt={activity.hasNextPage ? null : eventAfter(lastBefore, activity.data)}
        />
      )}
      {activity.hasNextPage && (
        <div className={styles.older}>
          <FailureAlert failure={activity.isFetchNextPageError ? activity.error : null} />
          <Button variant="secondary" isBusy={activity.isFetchingNextPage} onClick={showOlder}>
            {words.showOlder}
          </Button>
        </div>
      )}
      {activity.isPending && !failure && (
        <div className={styles.days}>
          <Card title={today()}>
            <Skeleton label={words.loading} count={4} />
          </Card>
        </div>
      )}
      {failure && (
        <LoadFailure
          failure={failure}
          isRetrying={activity.isFetching}
          retry={() => void activity.refetch()}
        />
      )}
    </>
  )
}

/** The first event that came after the one with this id; where none came, that one. */
function eventAfter(id: string | null, events: readonly ActivityEvent[]): ActivityEvent | null {
  const at = events.findIndex((event) => event.id === id)
  return at < 0 ? null : (events[at + 1] ?? events[at] ?? null)
}

interface EventsProps {
  events: ActivityEvent[]
  /** What gets the focus when it appears. */
  continueAt: ActivityEvent | null
}

function Events({ events, continueAt }: EventsProps) {
  const { user } = useSignedIn()
  const now = useServerNow()

  useEffect(() => rememberSeen(user.id, events), [user.id, events])

  if (events.length === 0) return <p>{words.nothingYet}</p>
  return (
    <div className={styles.days}>
      {byDay(events, now).map((day) => (
        <DayCard key={day.name} day={day} now={now} continueAt={continueAt} />
      ))}
    </div>
  )
}

interface DayCardProps extends Pick<EventsProps, 'continueAt'> {
  day: Day
  now: number
}

function DayCard({ day, now, continueAt }: DayCardProps) {
  return (
    <Card title={day.name}>
      <ul className={styles.events}>
        {folded(day.events).map((events) => (
          <Row
            key={events[0].id}
            events={events}
            now={now}
            isNext={continueAt !== null && events.includes(continueAt)}
          />
        ))}
      </ul>
    </Card>
  )
}

/** `isNext`: here reading goes on. */
function Row({ events, now, isNext }: { events: Fold; now: number; isNext: boolean }) {
  const row = useFocusAfterwards<HTMLLIElement>(isNext)
  return (
    <li ref={row} tabIndex={isNext ? -1 : undefined}>
      {events.length === 1 ? (
        <EventItem event={events[0]} now={now} />
      ) : (
        <FoldedEvents events={events} now={now} />
      )}
    </li>
  )
}
