import type { Passkey } from '@latchkey/contracts'
import { useRef, useState } from 'react'
import { supportsPasskeys } from '../../app/passkey-support.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { PasskeyItem } from './passkey-item.tsx'
import styles from './passkeys.module.css'
import { useAddPasskey, usePasskeys } from './use-passkeys.ts'

/** The passkeys of the account: add, name, see when last used, remove. */
export function Passkeys() {
  const passkeys = usePasskeys()
  return (
    <Card title="Passkeys">
      <div className={styles.part}>
        <p className={styles.explanation}>
          A passkey signs you in with your fingerprint, your face or the lock of your device, without a
          password. It works on this site alone, so nobody can trick you into giving it away.
        </p>
        {passkeys.data && <PasskeyList {...passkeys.data} />}
        {passkeys.isPending && <Skeleton label="Loading your passkeys…" count={1} />}
        {passkeys.isLoadingError && (
          <LoadFailure
            failure={passkeys.error}
            isRetrying={passkeys.isFetching}
            retry={() => void passkeys.refetch()}
          />
        )}
      </div>
    </Card>
  )
}

function PasskeyList({ passkeys, rpId }: { passkeys: Passkey[]; rpId: string | null }) {
  const now = useServerNow()
  const list = useRef<HTMLDivElement>(null)
  const [news, setNews] = useState<string | null>(null)
  const add = useAddPasskey()

  /** The button that had the focus has gone with its passkey. */
  function onRemoved(what: string) {
    setNews(what)
    list.current?.focus()
  }

  function onAdd() {
    setNews(null)
    add.mutate(undefined, {
      onSuccess: (added) =>
        setNews(added ? `${added.name} has been added. Sign in with it next time.` : 'No passkey was added.'),
    })
  }

  return (
    <>
      <Note>{news}</Note>
      <div ref={list} tabIndex={-1} className={styles.list}>
        {passkeys.length > 0 && (
          <ul className={styles.items} aria-label="Your passkeys">
            {passkeys.map((passkey) => (
              <li key={passkey.id}>
                <PasskeyItem passkey={passkey} now={now} onRemoved={onRemoved} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <FailureAlert failure={add.error} />
      {!supportsPasskeys() ? (
        <p className={styles.explanation}>
          This browser cannot make passkeys. Open this page in another one.
        </p>
      ) : rpId === null ? (
        <p className={styles.explanation}>
          Passkeys do not work under this address. Open this page by its usual name.
        </p>
      ) : (
        <Button
          variant={passkeys.length > 0 ? 'secondary' : 'primary'}
          isBusy={add.isPending}
          onClick={onAdd}
        >
          {passkeys.length > 0 ? 'Add another passkey' : 'Add a passkey'}
        </Button>
      )}
    </>
  )
}
