import type { SessionState } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { useAction, useAuthClient, useSession } from '@latchkey/react'
import { type ComponentType, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/recovery.ts'
import { fill } from '../../words/fill.ts'
import formStyles from '../auth/entrance-form.module.css'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import { Confirmed, Disowned, type Whose } from './confirmed.tsx'
import { type DeadLinkReason, isDeadLink } from './dead-link.tsx'
import { Disown, type DisownTexts } from './disown.tsx'
import { OwnerQuestion } from './owner-question.tsx'
import styles from './recovery.module.css'
import { SignedInHere } from './signed-in-here.tsx'
import { useLinkToken } from './use-link-token.ts'

interface ConfirmLinkProps {
  route: typeof routes.verifyEmail | typeof routes.confirmEmail
  title: string
  lead: string
  confirmed: { title: string; lead: string }
  disown: DisownTexts
  Dead: ComponentType<{ reason: DeadLinkReason }>
}

/** The page behind a link that confirms an address. */
export function ConfirmLink(page: ConfirmLinkProps) {
  const token = useLinkToken()
  return token === null ? <page.Dead reason="incomplete" /> : <Confirm key={token} token={token} {...page} />
}

/** Uses the link only when the button is pressed: programs that scan emails open links, but press no buttons. */
function Confirm({
  token,
  route,
  title,
  lead,
  confirmed,
  disown,
  Dead,
}: ConfirmLinkProps & { token: string }) {
  const client = useAuthClient()
  const session = useSession()
  const [whose, setWhose] = useState<Whose | null>(null)
  const [dead, setDead] = useState<DeadLinkReason | null>(null)
  const [isDisowned, setIsDisowned] = useState(false)
  const confirm = useAction(() => prove(undefined))

  async function prove(password: string | undefined) {
    const before = client.getState()
    await client.call(route, { body: password === undefined ? { token } : { token, password } })
    // The next access token carries what was just confirmed.
    if (before.status === 'signedIn') await client.refresh().catch(() => undefined)
    setWhose(whoseAddress(before, client.getState()))
  }

  const notMe = (
    <Disown token={token} texts={disown} onDisowned={() => setIsDisowned(true)} onDead={setDead} />
  )
  const { failure } = confirm
  if (whose !== null) return <Confirmed {...confirmed} whose={whose} />
  if (isDisowned) return <Disowned {...disown.done} />
  if (dead) return <Dead reason={dead} />
  if (failure && isDeadLink(failure.code)) return <Dead reason={failure.code} />
  if (failure?.code === 'password_required') {
    const username = failure.problem?.username ?? ''
    return (
      <EntranceLayout
        key="owner"
        title={words.isThisYours}
        lead={fill(words.accountIsCalled, { username: <strong>{username}</strong> })}
      >
        <div className={styles.content}>
          <SignedInHere />
          <OwnerQuestion
            token={token}
            username={username}
            confirm={prove}
            survivesReset={route === routes.verifyEmail}
            onDead={setDead}
          />
          {notMe}
        </div>
      </EntranceLayout>
    )
  }
  return (
    <EntranceLayout title={title} lead={lead}>
      <div className={styles.content}>
        <SignedInHere />
        <FailureAlert failure={failure} />
        <Button className={formStyles.submit} isBusy={confirm.isBusy} onClick={confirm.run}>
          {confirm.isBusy ? words.confirming : words.confirmMine}
        </Button>
        {session.status !== 'signedIn' && notMe}
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
