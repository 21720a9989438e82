import type { Passkey } from '@latchkey/contracts'
import { useRef } from 'react'
import { supportsPasskeys } from '../../app/passkey-support.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { ButtonSkeleton } from '../../components/skeleton.tsx'
import { useLoadFailure } from '../../components/use-load-failure.ts'
import { type Say, useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/account.ts'
import { PasskeyItem } from './passkey-item.tsx'
import { passkeyName } from './passkey-name.ts'
import styles from './passkeys.module.css'
import { useAddPasskey, usePasskeys } from './use-passkeys.ts'

/** The passkeys of the account: add, name, see when last used, remove. */
export function Passkeys() {
  const passkeys = usePasskeys()
  const failure = useLoadFailure(passkeys)
  return (
    <Card title={words.passkeys}>
      <div className={styles.part}>
        <p className={styles.explanation}>{words.aboutPasskeys}</p>
        {passkeys.data && <PasskeyList {...passkeys.data} />}
        {passkeys.isPending && !failure && <ButtonSkeleton label={words.loadingPasskeys} />}
        {failure && (
          <LoadFailure
            failure={failure}
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
  const [news, setNews] = useNews()
  const add = useAddPasskey()

  /** The button that had the focus has gone with its passkey. */
  function onRemoved(what: Say) {
    setNews(what)
    list.current?.focus()
  }

  function onAdd() {
    setNews(null)
    add.mutate(undefined, {
      onSuccess: (added) =>
        setNews(() => (added ? words.passkeyAdded(passkeyName(added)) : words.noPasskeyAdded)),
    })
  }

  return (
    <>
      <Note>{news}</Note>
      <div ref={list} tabIndex={-1} className={styles.list}>
        {passkeys.length > 0 && (
          <ul className={styles.items} aria-label={words.yourPasskeys}>
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
        <p className={styles.explanation}>{words.noPasskeysInBrowser}</p>
      ) : rpId === null ? (
        <p className={styles.explanation}>{words.noPasskeysAtAddress}</p>
      ) : (
        <Button
          variant={passkeys.length > 0 ? 'secondary' : 'primary'}
          isBusy={add.isPending}
          onClick={onAdd}
        >
          {passkeys.length > 0 ? words.addAnotherPasskey : words.addPasskey}
        </Button>
      )}
    </>
  )
}
