import type { AuthLogEntry } from '@latchkey/auth-client'
import { useAuthClient } from '@latchkey/react'
import { useLayoutEffect, useRef } from 'react'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ScrollArea } from '../../components/scroll-area.tsx'
import { useCalmStore } from '../../components/use-calm-store.ts'
import { words } from '../../words/en/protocol.ts'
import { formatDate } from '../../words/formats.ts'
import styles from './activity-log.module.css'

const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const

/** What the client wrote down, for developers: its own words are English in every language. */
export function ActivityLog() {
  const client = useAuthClient()
  const entries = useCalmStore(client.subscribeLog, client.getLog)
  return (
    <Card
      title={words.clientLog}
      action={
        <Button variant="quiet" aria-label={words.clearLog} onClick={() => client.clearLog()}>
          {words.clear}
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
    <ScrollArea ref={list} className={styles.log} role="log" aria-label={words.clientLog}>
      {entries.length === 0 ? (
        <p className={styles.empty}>{words.nothingLogged}</p>
      ) : (
        <ol>
          {entries.map((entry) => (
            <li key={entry.id} className={styles.entry} data-kind={entry.kind}>
              <time dateTime={entry.at.toISOString()}>{formatDate(entry.at, clock)}</time>
              <span className={styles.kind}>{words.kinds[entry.kind]}</span>
              <span className={styles.message} lang="en">
                {entry.message}
              </span>
            </li>
          ))}
        </ol>
      )}
    </ScrollArea>
  )
}
