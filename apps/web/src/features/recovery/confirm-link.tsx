import type { SessionState } from '@latchkey/auth-client'
import type { routes } from '@latchkey/contracts'
import { type ComponentType, useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useAction } from '../../components/use-action.ts'
import formStyles from '../auth/entrance-form.module.css'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import { Confirmed, type Whose } from './confirmed.tsx'
import { type DeadLinkReason, isDeadLink } from './dead-link.tsx'
import styles from './recovery.module.css'
import { SignedInHere } from './signed-in-here.tsx'
import { useLinkToken } from './use-link-token.ts'

interface ConfirmLinkProps {
  route: typeof routes.verifyEmail | typeof routes.confirmEmail
  title: string
  lead: string
  confirmed: { title: string; lead: string }
  Dead: ComponentType<{ reason: DeadLinkReason }>
}

/** The page behind a link that confirms an address. */
export function ConfirmLink(page: ConfirmLinkProps) {
  const token = useLinkToken()
  return token === null ? <page.Dead reason="incomplete" /> : <Confirm key={token} token={token} {...page} />
}

/** Uses the link only when the button is pressed: programs that scan emails open links, but press no buttons. */
function Confirm({ token, route, title, lead, confirmed, Dead }: ConfirmLinkProps & { token: string }) {
  const client = useAuthClient()
  const [whose, setWhose] = useState<Whose>('unknown')
  const confirm = useAction(async () => {
    const before = client.getState()
    await client.call(route, { body: { token } })
    // The next access token carries what was just confirmed.
    if (before.status === 'signedIn') await client.refresh().catch(() => undefined)
    setWhose(whoseAddress(before, client.getState()))
  })

  if (confirm.successes > 0) return <Confirmed {...confirmed} whose={whose} />
  if (confirm.failure && isDeadLink(confirm.failure.code)) return <Dead reason={confirm.failure.code} />
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
  // The token is new, but nothing about this account has changed: the link was for another one.
  return before.accessToken === after.accessToken ? 'unknown' : 'another'
}
