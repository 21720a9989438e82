import type { ManagedUser, Session } from '@latchkey/contracts'
import { useRef } from 'react'
import { Link, useLocation, useParams } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Note } from '../../components/alert.tsx'
import { Card } from '../../components/card.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useLoadFailure } from '../../components/use-load-failure.ts'
import { type Say, useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/admin.ts'
import { fill } from '../../words/fill.ts'
import { formatDate } from '../../words/formats.ts'
import styles from './admin.module.css'
import { Arrow } from './arrow.tsx'
import { LastSeen } from './last-seen.tsx'
import { OwnFieldsCard } from './own-fields-card.tsx'
import { useUser } from './use-users.ts'
import { UserAccess } from './user-access.tsx'
import { UserBadges } from './user-badges.tsx'
import { UserHistory } from './user-history.tsx'
import { UserSessions } from './user-sessions.tsx'

export default function UserPage() {
  const { id = '' } = useParams()
  const found = useUser(id)
  const failure = useLoadFailure(found)
  return (
    <>
      <BackToSearch />
      {found.data && <UserDetails user={found.data.user} sessions={found.data.sessions} />}
      {found.isPending && !failure && (
        <>
          <PageHeading title={words.user}>{words.oneMoment}</PageHeading>
          <div className={styles.layout}>
            <Card title={words.sessions}>
              <Skeleton label={words.loadingUser} count={2} hasAction />
            </Card>
          </div>
        </>
      )}
      {failure &&
        (failure.code === 'not_found' ? (
          <PageHeading title={words.noSuchUser}>{words.mayBeDeleted}</PageHeading>
        ) : (
          <>
            <PageHeading title={words.user}>{words.notLoaded}</PageHeading>
            <LoadFailure failure={failure} isRetrying={found.isFetching} retry={() => void found.refetch()} />
          </>
        ))}
    </>
  )
}

function BackToSearch() {
  const { state } = useLocation()
  const search: unknown = state?.search
  return (
    <Link
      to={{ pathname: paths.admin, search: typeof search === 'string' ? search : '' }}
      className={styles.back}
    >
      <Arrow to="before" />
      {words.allUsers}
    </Link>
  )
}

function UserDetails({ user, sessions }: { user: ManagedUser; sessions: Session[] }) {
  const { accessToken } = useSignedIn()
  const now = useServerNow()
  const result = useRef<HTMLDivElement>(null)
  const [news, setNews] = useNews()

  /** The button that had the focus has been replaced, or has gone. */
  function onDone(what: Say) {
    setNews(what)
    result.current?.focus()
  }

  return (
    <>
      <PageHeading title={user.username}>
        {fill(words.about, {
          email: user.email,
          joined: formatDate(new Date(user.createdAt), { dateStyle: 'long' }),
          lastSeen: <LastSeen at={user.lastSeenAt} now={now} />,
        })}{' '}
        <UserBadges user={user} />
      </PageHeading>
      <div ref={result} tabIndex={-1} className={styles.result}>
        <Note>{news}</Note>
      </div>
      <div className={styles.layout}>
        <div className={styles.side}>
          <OwnFieldsCard user={user} />
          <UserSessions user={user} sessions={sessions} onDone={onDone} />
          <UserHistory key={user.id} user={user} />
        </div>
        <UserAccess user={user} isOwn={accessToken.claims.sub === user.id} onDone={onDone} />
      </div>
    </>
  )
}
