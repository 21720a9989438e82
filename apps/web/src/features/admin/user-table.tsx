import type { ManagedUser, UserList, UserSort } from '@latchkey/contracts'
import { generatePath, Link, useLocation } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { relativeTime } from '../../components/relative-time.ts'
import { words } from '../../words/en/admin.ts'
import { formatDate, formatNumber } from '../../words/formats.ts'
import { Arrow } from './arrow.tsx'
import { LastSeen } from './last-seen.tsx'
import { UserBadges } from './user-badges.tsx'
import { firstPage, searchOf, type UserQuestion } from './user-question.ts'
import styles from './users-page.module.css'

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
              <SortableColumn question={question} by="username" name={words.user} first="username" />
              <SortableColumn question={question} by="lastSeen" name={words.lastSeen} first="-lastSeen" />
              <SortableColumn question={question} by="joined" name={words.joined} first="-joined" />
              <th scope="col" className={styles.sessions}>
                {words.sessions}
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
        <nav aria-label={words.pages} className={styles.pages}>
          {previous ? (
            <Link to={{ search: searchOf({ ...firstPage(question), before: previous }) }}>
              <Arrow to="before" />
              {words.previousPage}
            </Link>
          ) : (
            users.length === 0 && (
              <Link to={{ search: searchOf(firstPage(question)) }}>{words.firstPage}</Link>
            )
          )}
          {next && (
            <Link to={{ search: searchOf({ ...firstPage(question), after: next }) }}>
              {words.nextPage}
              <Arrow to="after" />
            </Link>
          )}
        </nav>
      )}
    </div>
  )
}

/** The API searches no more of them than this. */
const mostLookedAt = 1000

function countInWords({ total: { count, isMore } }: UserList, { query, filter }: UserQuestion): string {
  const many = formatNumber(count)
  if (isMore && query) return words.foundAmong(many, formatNumber(mostLookedAt))
  if (isMore) return words.moreThan(many)
  if (count === 0 && query && filter === 'all') return words.noneContains(query)
  if (count === 0 && query) return words.noneOfTheseContains(query)
  return count === 0 ? words.none : words.count(count, many)
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
      <td data-label={words.lastSeen}>
        <LastSeen at={user.lastSeenAt} now={now} />
      </td>
      <td data-label={words.joined}>
        <time dateTime={user.createdAt} title={relativeTime(joined.getTime(), now)}>
          {formatDate(joined, { dateStyle: 'medium' })}
        </time>
      </td>
      <td data-label={words.sessions} className={styles.sessions}>
        {formatNumber(user.sessionCount)}
      </td>
    </tr>
  )
}
