import { useAuthClient } from '@latchkey/react'
import { startTransition, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ScrollArea } from '../../components/scroll-area.tsx'
import { useCalmStore } from '../../components/use-calm-store.ts'
import { words } from '../../words/en/protocol.ts'
import { type Group, groupsOf } from './exchanges.ts'
import { LaneGroup } from './lane-group.tsx'
import styles from './lanes.module.css'
import type { SecondClient } from './use-second-client.ts'

/** What page, API and database said to each other, as the clients wrote it down. */
export function Lanes({ second }: { second: SecondClient }) {
  const client = useAuthClient()
  const entries = useCalmStore(client.subscribeLog, client.getLog)
  const [showsNoise, setShowsNoise] = useState(false)
  const groups = groupsOf([
    { sender: 'first', entries },
    { sender: 'second', entries: second.entries },
  ]).filter(({ isNoise }) => showsNoise || !isNoise)

  const area = useRef<HTMLDivElement>(null)
  const newest = groups.at(-1)?.id

  // The newest story begins at the top; the older ones are further up.
  useLayoutEffect(() => {
    if (newest && area.current) area.current.scrollTop = area.current.scrollHeight
  }, [newest])

  function clear() {
    client.clearLog()
    second.forget()
  }

  return (
    <Card
      title={words.whatHappened}
      action={
        <div className={styles.actions}>
          <NoiseSwitch onChange={setShowsNoise} />
          <Button variant="quiet" aria-label={words.clearLanes} onClick={clear}>
            {words.clear}
          </Button>
        </div>
      }
    >
      <ScrollArea ref={area} className={styles.lanes} role="region" aria-label={words.requests}>
        <div className={styles.heads} aria-hidden="true">
          <span>{words.lanes.page}</span>
          <p>
            <span>{words.lanes.api}</span>
            <span>{words.lanes.database}</span>
          </p>
        </div>
        <Groups groups={groups} />
      </ScrollArea>
    </Card>
  )
}

/** Moves at once, however long the lanes take to follow. */
function NoiseSwitch({ onChange }: { onChange: (isOn: boolean) => void }) {
  const [isOn, setIsOn] = useState(false)

  function turn(on: boolean) {
    setIsOn(on)
    startTransition(() => onChange(on))
  }

  return (
    <label className={styles.switch}>
      <input
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        checked={isOn}
        onChange={({ target }) => turn(target.checked)}
      />
      <span>{words.ownCalls}</span>
    </label>
  )
}

function Groups({ groups }: { groups: Group[] }) {
  if (groups.length === 0) return <p className={styles.empty}>{words.noRequestYet}</p>
  return (
    <ol>
      {groups.map((group) => (
        <li key={group.id}>
          <LaneGroup group={group} />
        </li>
      ))}
    </ol>
  )
}
