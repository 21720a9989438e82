import { userFilters } from '@latchkey/contracts'
import { useEffect, useRef, useState } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { Card } from '../../components/card.tsx'
import { Field } from '../../components/field.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useLoadFailure } from '../../components/use-load-failure.ts'
import { words } from '../../words/en/admin.ts'
import { useUsers } from './use-users.ts'
import { firstPage, longestQuery, questionIn, searchOf, type UserQuestion } from './user-question.ts'
import { UserTable } from './user-table.tsx'
import styles from './users-page.module.css'

const pauseMs = 250

export default function UsersPage() {
  const [parameters] = useSearchParams()
  const question = questionIn(parameters)
  const users = useUsers(question)
  const failure = useLoadFailure(users)
  const results = useRef<HTMLDivElement>(null)
  useFocusOnNewPage(results, question)

  return (
    <>
      <PageHeading title={words.users}>{words.lead}</PageHeading>
      <div className={styles.tools}>
        <Search question={question} />
        <nav aria-label={words.filter}>
          <ul className={styles.filters}>
            {userFilters.map((filter) => (
              <li key={filter}>
                <Link
                  to={{ search: searchOf({ ...firstPage(question), filter }) }}
                  className={styles.filter}
                  aria-current={filter === question.filter || undefined}
                >
                  {words.filters[filter]}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      {failure ? (
        <LoadFailure failure={failure} isRetrying={users.isFetching} retry={() => void users.refetch()} />
      ) : (
        <div ref={results} tabIndex={-1} className={styles.results}>
          <Card title={question.query ? words.results : words.headings[question.filter]}>
            {users.data ? (
              <UserTable list={users.data} question={question} />
            ) : (
              <Skeleton label={words.looking} count={8} />
            )}
          </Card>
        </div>
      )}
    </>
  )
}

/** Searches when the typing pauses. The address keeps the query, so that going back from a user returns to it. */
function Search({ question }: { question: UserQuestion }) {
  const [, setParameters] = useSearchParams()
  const { query } = question
  const [typed, setTyped] = useState(query)
  const asked = useRef(query)

  // The address changed without any typing here: by the link in the navigation, or by going back.
  useEffect(() => {
    if (query === asked.current) return
    asked.current = query
    setTyped(query)
  }, [query])

  useEffect(() => {
    const wanted = typed.trim()
    if (wanted === query) return
    const timer = setTimeout(() => {
      asked.current = wanted
      setParameters(searchOf({ ...firstPage(question), query: wanted }), { replace: true })
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [typed, query, question, setParameters])

  return (
    <search>
      <Field
        label={words.search}
        name="q"
        type="search"
        value={typed}
        maxLength={longestQuery}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint={words.searchHint}
      />
    </search>
  )
}

/** Whoever turns a page at the end of the list goes on reading at its beginning. */
function useFocusOnNewPage(target: React.RefObject<HTMLElement | null>, { after, before }: UserQuestion) {
  const page = after ?? before ?? ''
  const shown = useRef(page)
  useEffect(() => {
    if (shown.current === page) return
    shown.current = page
    target.current?.focus()
  }, [page, target])
}
