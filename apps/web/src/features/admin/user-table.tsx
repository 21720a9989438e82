import type { ManagedUser, UserList, UserSort } from '@latchkey/contracts'
import { generatePath, Link, useLocation } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { relativeTime } from '../../components/relative-time.ts'
import { LastSeen } from './last-seen.tsx'
import { UserBadges } from './user-badges.tsx'
import { firstPage, searchOf, type UserQuestion } from './user-question.ts'
import styles from './users-page.module.css'

const number = new Intl.NumberFormat('en')
const date = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })

interface UserTableProps {
  list: UserList
  question: UserQuestion
}

export function UserTable({ list, question }: UserTableProps) {
  const { users, next, previous } = list
  return (
    <div className={styles.list}>
      <p role="status" className={styles.count}>
        {countInWords(list, question)}
      </p>
      {users.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              <SortableColumn question={question} by="username" name="User" first="username" />
              <SortableColumn question={question} by="lastSeen" name="Last seen" first="-lastSeen" />
              <SortableColumn question={question} by="joined" name="Joined" first="-joined" />
              <th scope="col" className={styles.sessions}>
                Sessions
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <UserRow key={user.id} user={user} />
            ))}
          </tbody>
        </table>
      )}
      {(next || previous || question.after || question.before) && (
        <nav aria-label="Pages" className={styles.pages}>
          {previous ? (
            <Link to={{ search: searchOf({ ...firstPage(question), before: previous }) }}>
              ← Previous page
            </Link>
          ) : (
            users.length === 0 && <Link to={{ search: searchOf(firstPage(question)) }}>First page</Link>
          )}
          {next && (
            <Link to={{ search: searchOf({ ...firstPage(question), after: next }) }}>Next page →</Link>
          )}
        </nav>
      )}
    </div>
  )
}

function countInWords({ total: { count, isMore } }: UserList, { query, filter }: UserQuestion): string {
  const many = number.format(count)
  if (isMore && query)
    return `${many} found among the first 1,000 that were looked at. Type more to narrow the search.`
  if (isMore) return `More than ${many} users. These are the latest ${many} of them; search to find others.`
  if (count === 0 && query && filter === 'all') return `No username or email address contains “${query}”.`
  if (count === 0 && query) return `None of these users’ names or addresses contains “${query}”.`
  if (count === 0) return 'There are none.'
  return count === 1 ? '1 user' : `${many} users`
}

interface SortableColumnProps {
  question: UserQuestion
  by: 'username' | 'lastSeen' | 'joined'
  name: string
  /** Which way it sorts when it is chosen. */
  first: UserSort
}

function SortableColumn({ question, by, name, first }: SortableColumnProps) {
  const { sort } = question
  const isSorted = sort === by || sort === `-${by}`
  const other = sort === by ? (`-${by}` as const) : by
  const direction = sort === by ? 'ascending' : 'descending'
  return (
    <th scope="col" aria-sort={isSorted ? direction : undefined}>
      <Link
        to={{ search: searchOf({ ...firstPage(question), sort: isSorted ? other : first }) }}
        className={styles.sort}
      >
        {name}
        <span aria-hidden="true" className={styles.arrow}>
          {isSorted && (sort === by ? '↑' : '↓')}
        </span>
      </Link>
    </th>
  )
}

function UserRow({ user }: { user: ManagedUser }) {
  const now = useServerNow()
  const { search } = useLocation()
  const joined = new Date(user.createdAt)
  return (
    <tr>
      <th scope="row">
        <span className={styles.name}>
          <Link to={generatePath(paths.adminUser, { id: user.id })} state={{ search }}>
            {user.username}
          </Link>
          <UserBadges user={user} />
        </span>
        <span className={styles.email}>{user.email}</span>
      </th>
      <td data-label="Last seen">
        <LastSeen at={user.lastSeenAt} now={now} />
      </td>
      <td data-label="Joined">
        <time dateTime={user.createdAt} title={relativeTime(joined.getTime(), now)}>
          {date.format(joined)}
        </time>
      </td>
      <td data-label="Sessions" className={styles.sessions}>
        {user.sessionCount}
      </td>
    </tr>
  )
}
