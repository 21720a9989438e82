import type { AuthError } from '@latchkey/auth-client'
import { routes, type User } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { Note } from '../../components/alert.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useFocusAfterwards } from '../../components/use-focus-afterwards.ts'
import { words } from '../../words/en/account.ts'
import { fill } from '../../words/fill.ts'
import styles from './account-page.module.css'
import { passkeysKey, usePasskeys } from './use-passkeys.ts'

/** The password, which may be removed where a passkey opens the account, and the way back. */
export function PasswordRow({ user }: { user: User }) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const { data } = usePasskeys()
  const remove = useMutation<{ message: string }, AuthError>({
    mutationFn: () => client.call(routes.removePassword),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: passkeysKey }),
  })
  // Until it is known, what is so for nearly everybody.
  const hasPassword = data?.hasPassword ?? true
  const canRemove = data && hasPassword && data.passkeys.length > 0 && user.emailVerified
  const note = useFocusAfterwards<HTMLDivElement>(remove.isSuccess && !hasPassword)

  return (
    <div>
      <div className={styles.line}>
        <div className={styles.fact}>
          <h3>{words.password}</h3>
          <p className={styles.value}>
            {hasPassword ? <PasswordAge changedAt={data?.passwordChangedAt} /> : words.noPassword}
          </p>
        </div>
        <Link to={hasPassword ? paths.password : paths.forgotPassword} className={styles.link}>
          {hasPassword ? words.changePassword : words.chooseByEmail}
        </Link>
      </div>
      <Note ref={note}>{remove.isSuccess && words.passwordRemoved}</Note>
      <FailureAlert failure={remove.error} />
      {!hasPassword && <p className={styles.explanation}>{words.keepThatMailbox(user.email)}</p>}
      {canRemove && (
        <div>
          <ConfirmedButton
            label={words.removeYourPassword}
            tone="grave"
            question={words.removePasswordQuestion(user.email)}
            confirm={words.removePassword}
            onConfirm={() => remove.mutateAsync()}
          >
            {words.passkeyAlone}
          </ConfirmedButton>
        </div>
      )}
    </div>
  )
}

/** Nothing of an account that nobody kept it for. */
function PasswordAge({ changedAt }: { changedAt: string | null | undefined }) {
  const now = useServerNow()
  if (!changedAt) return words.knownOnlyToYou
  return <span>{fill(words.lastChanged, { when: <TimeAgo at={changedAt} now={now} /> })}</span>
}
