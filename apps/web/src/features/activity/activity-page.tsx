import type { ActivityEvent } from '@latchkey/contracts'
import { useEffect } from 'react'
import { useServerNow } from '../../app/server-clock.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { words } from '../../words/en/activity.ts'
import styles from './activity-page.module.css'
import { byDay, type Day, today } from './days.ts'
import { EventItem } from './event-item.tsx'
import { folded } from './fold.ts'
import { FoldedEvents } from './folded-events.tsx'
import { rememberSeen } from './seen-activity.ts'
import { useActivityPages } from './use-activity.ts'

export default function ActivityPage() {
  const activity = useActivityPages()
  return (
    <>
      <PageHeading title={words.recentActivity}>{words.lead}</PageHeading>
      {activity.data && <Events events={activity.data} />}
      {activity.hasNextPage && (
        <div className={styles.older}>
          <FailureAlert failure={activity.isFetchNextPageError ? activity.error : null} />
          <Button
            variant="secondary"
            isBusy={activity.isFetchingNextPage}
            onClick={() => void activity.fetchNextPage()}
          >
            {words.showOlder}
          </Button>
        </div>
      )}
      {activity.isPending && (
        <div className={styles.days}>
          <Card title={today()}>
            <Skeleton label={words.loading} count={4} />
          </Card>
        </div>
      )}
      {activity.isLoadingError && (
        <LoadFailure
          failure={activity.error}
          isRetrying={activity.isFetching}
          retry={() => void activity.refetch()}
        />
      )}
    </>
  )
}

function Events({ events }: { events: ActivityEvent[] }) {
  const { user } = useSignedIn()
  const now = useServerNow()

  useEffect(() => rememberSeen(user.id, events), [user.id, events])

  if (events.length === 0) return <p>{words.nothingYet}</p>
  return (
    <div className={styles.days}>
      {byDay(events, now).map((day) => (
        <DayCard key={day.name} day={day} now={now} />
      ))}
    </div>
  )
}

function DayCard({ day, now }: { day: Day; now: number }) {
  return (
    <Card title={day.name}>
      <ul className={styles.events}>
        {folded(day.events).map((events) => (
          <li key={events[0].id}>
            {events.length === 1 ? (
              <EventItem event={events[0]} now={now} />
            ) : (
              <FoldedEvents events={events} now={now} />
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
