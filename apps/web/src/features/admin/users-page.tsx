import type { ManagedUser } from '@latchkey/contracts'
import { useEffect, useRef, useState } from 'react'
import { generatePath, Link, useSearchParams } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { Card } from '../../components/card.tsx'
import { Field } from '../../components/field.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import styles from './admin.module.css'
import { useUsers } from './use-users.ts'
import { sessionsInWords, UserBadges } from './user-badges.tsx'

const pauseMs = 250
const longestQuery = 254
/** The server lists no more than this. */
const shownAtMost = 50

export default function UsersPage() {
  const [parameters, setParameters] = useSearchParams()
  const query = (parameters.get('q') ?? '').slice(0, longestQuery)
  const [typed, setTyped] = useState(query)
  const users = useUsers(query)
  const asked = useRef(query)

  // The address changed without any typing here: by the link in the navigation, or by going back.
  useEffect(() => {
    if (query === asked.current) return
    asked.current = query
    setTyped(query)
  }, [query])

  // Searches when the typing pauses. The address keeps the query, so that going back from a user returns to it.
  useEffect(() => {
    if (typed.trim() === query) return
    const wanted = typed.trim()
    const timer = setTimeout(() => {
      asked.current = wanted
      setParameters(wanted ? { q: wanted } : {}, { replace: true })
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [typed, query, setParameters])

  return (
    <>
      <PageHeading title="Users">
        Find users, see where they are signed in, change what they may do, or disable them.
      </PageHeading>
      <search className={styles.search}>
        <Field
          label="Search"
          name="q"
          type="search"
          value={typed}
          maxLength={longestQuery}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint="The start of a username or email address."
        />
      </search>
      {users.isLoadingError ? (
        <LoadFailure failure={users.error} isRetrying={users.isFetching} retry={() => void users.refetch()} />
      ) : (
        <Card title={query ? 'Results' : 'Newest'}>
          {users.data ? (
            <UserList users={users.data} query={query} />
          ) : (
            <Skeleton label="Looking for users…" count={3} />
          )}
        </Card>
      )}
    </>
  )
}

function UserList({ users, query }: { users: ManagedUser[]; query: string }) {
  return (
    <>
      <p role="status" className={`${styles.soft} ${styles.found}`}>
        {users.length === 0 && `No username or email address starts with “${query}”.`}
      </p>
      <ul className={styles.users}>
        {users.map((user) => (
          <li key={user.id} className={styles.user}>
            <div className={styles.who}>
              <div className={styles.name}>
                <Link to={generatePath(paths.adminUser, { id: user.id })} state={{ query }}>
                  {user.username}
                </Link>
                <UserBadges user={user} />
              </div>
              <p className={styles.soft}>{user.email}</p>
            </div>
            <p className={styles.soft}>{sessionsInWords(user.sessionCount)}</p>
          </li>
        ))}
      </ul>
      {users.length >= shownAtMost && (
        <p className={`${styles.soft} ${styles.more}`}>
          These are the newest {shownAtMost}. Type more to find others.
        </p>
      )}
    </>
  )
}
