import type { AuthError } from '@latchkey/auth-client'
import { routes, type User } from '@latchkey/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { useAuthClient } from '../../app/auth-context.ts'
import { paths } from '../../app/paths.ts'
import { useServerNow } from '../../app/server-clock.ts'
import { Note } from '../../components/alert.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
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

  return (
    <div>
      <div className={styles.line}>
        <div className={styles.fact}>
          <h3>Password</h3>
          <p className={styles.value}>
            {hasPassword ? (
              <PasswordAge changedAt={data?.passwordChangedAt} />
            ) : (
              'None: you sign in by passkey'
            )}
          </p>
        </div>
        <Link to={hasPassword ? paths.password : paths.forgotPassword} className={styles.link}>
          {hasPassword ? 'Change password' : 'Choose one by email'}
        </Link>
      </div>
      <Note>{remove.data?.message}</Note>
      <FailureAlert failure={remove.error} />
      {!hasPassword && (
        <p className={styles.explanation}>
          Should you lose your passkeys, “Forgot your password?” sends a link to {user.email}. Keep that
          mailbox.
        </p>
      )}
      {canRemove && (
        <div>
          <ConfirmedButton
            label="Remove your password"
            tone="grave"
            question={`Remove your password? You will sign in by passkey alone. Should you lose your passkeys, a link to ${user.email} lets you choose a new password.`}
            confirm="Remove password"
            onConfirm={() => remove.mutateAsync()}
          >
            Sign in by passkey alone
          </ConfirmedButton>
        </div>
      )}
    </div>
  )
}

/** Nothing of an account that nobody kept it for. */
function PasswordAge({ changedAt }: { changedAt: string | null | undefined }) {
  const now = useServerNow()
  if (!changedAt) return 'Known only to you'
  return (
    <span>
      Last changed <TimeAgo at={changedAt} now={now} />
    </span>
  )
}
