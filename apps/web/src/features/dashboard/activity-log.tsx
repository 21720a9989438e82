import type { AuthLogEntry } from '@latchkey/auth-client'
import { useLayoutEffect, useRef } from 'react'
import { useAuthClient, useAuthLog } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ScrollArea } from '../../components/scroll-area.tsx'
import styles from './activity-log.module.css'

const kindNames = {
  request: 'Request',
  response: 'Answer',
  refresh: 'Refresh',
  refreshed: 'Refreshed',
  replay: 'Replay',
  signIn: 'Sign-in',
  signOut: 'Sign-out',
  retry: 'Retry',
  notice: 'Notice',
  error: 'Error',
} satisfies Record<AuthLogEntry['kind'], string>

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

export function ActivityLog() {
  const client = useAuthClient()
  const entries = useAuthLog()
  return (
    <Card
      title="What the client did"
      action={
        <Button variant="quiet" aria-label="Clear the log" onClick={() => client.clearLog()}>
          Clear
        </Button>
      }
    >
      <EntryList entries={entries} />
    </Card>
  )
}

function EntryList({ entries }: { entries: readonly AuthLogEntry[] }) {
  const list = useRef<HTMLDivElement>(null)

  useLayoutEffect(() => {
    if (list.current && entries.length > 0) list.current.scrollTop = list.current.scrollHeight
  }, [entries])

  return (
    <ScrollArea ref={list} className={styles.log} role="log" aria-label="What the client did">
      {entries.length === 0 ? (
        <p className={styles.empty}>Nothing yet. Call the endpoint and watch.</p>
      ) : (
        <ol>
          {entries.map((entry) => (
            <li key={entry.id} className={styles.entry} data-kind={entry.kind}>
              <time dateTime={entry.at.toISOString()}>{clock.format(entry.at)}</time>
              <span className={styles.kind}>{kindNames[entry.kind]}</span>
              <span className={styles.message}>{entry.message}</span>
            </li>
          ))}
        </ol>
      )}
    </ScrollArea>
  )
}
