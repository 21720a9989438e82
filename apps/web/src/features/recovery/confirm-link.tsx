import type { SessionState } from '@latchkey/auth-client'
import type { routes } from '@latchkey/contracts'
import { type ReactNode, useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useAction } from '../../components/use-action.ts'
import formStyles from '../auth/entrance-form.module.css'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import { type DeadLinkReason, isDeadLink } from './dead-link.tsx'
import styles from './recovery.module.css'
import { SignedInHere } from './signed-in-here.tsx'

/** Whose address it was: of whoever is signed in here, of somebody else, or one cannot tell. */
export type Whose = 'mine' | 'another' | 'unknown'

interface ConfirmLinkProps {
  token: string
  route: typeof routes.verifyEmail | typeof routes.confirmEmail
  title: string
  lead: string
  done: (whose: Whose) => ReactNode
  dead: (reason: DeadLinkReason) => ReactNode
}

/** Uses a link up, and only when told so: programs that look through mails open pages, but press no buttons. */
export function ConfirmLink({ token, route, title, lead, done, dead }: ConfirmLinkProps) {
  const client = useAuthClient()
  const [whose, setWhose] = useState<Whose>('unknown')
  const confirm = useAction(async () => {
    const before = client.getState()
    await client.call(route, { body: { token } })
    // The next access token knows the address as it is now.
    if (before.status === 'signedIn') await client.refresh().catch(() => undefined)
    setWhose(whoseAddress(before, client.getState()))
  })

  if (confirm.successes > 0) return done(whose)
  if (confirm.failure && isDeadLink(confirm.failure.code)) return dead(confirm.failure.code)
  return (
    <EntranceLayout title={title} lead={lead}>
      <div className={styles.content}>
        <SignedInHere />
        <FailureAlert failure={confirm.failure} />
        <Button className={formStyles.submit} isBusy={confirm.isBusy} onClick={confirm.run}>
          {confirm.isBusy ? 'Confirming…' : 'Confirm my address'}
        </Button>
      </div>
    </EntranceLayout>
  )
}

function whoseAddress(before: SessionState, after: SessionState): Whose {
  if (before.status !== 'signedIn' || after.status !== 'signedIn') return 'unknown'
  if (before.user.email !== after.user.email) return 'mine'
  if (before.user.emailVerified !== after.user.emailVerified) return 'mine'
  // Nothing new about this account, and the token is: it was not about this one.
  return before.accessToken === after.accessToken ? 'unknown' : 'another'
}
