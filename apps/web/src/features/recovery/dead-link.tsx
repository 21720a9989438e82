import type { ReactNode } from 'react'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import styles from './recovery.module.css'
import { SignedInHere } from './signed-in-here.tsx'

export type DeadLinkReason = 'incomplete' | 'token_invalid' | 'token_expired' | 'token_used'

const titles: Record<DeadLinkReason, string> = {
  incomplete: 'This link is incomplete',
  token_invalid: 'This link is not valid',
  token_expired: 'This link has expired',
  token_used: 'This link has already been used',
}

const causes: Record<DeadLinkReason, string> = {
  incomplete:
    'Open it from the email again, or copy the whole link. We take it out of the address bar once it is open, so reloading the page loses it.',
  token_invalid:
    'It may have been cut off, or the account has a different address by now or no longer exists.',
  token_expired: 'Links work for a limited time, so that nobody can use one from an old email.',
  token_used: 'Each link works only once.',
}

export function isDeadLink(code: string): code is DeadLinkReason {
  return code !== 'incomplete' && code in titles
}

interface DeadLinkProps {
  reason: DeadLinkReason
  /** What to do next. */
  children: ReactNode
}

/** For a link that does not work: says why, and what to do instead. */
export function DeadLink({ reason, children }: DeadLinkProps) {
  return (
    <EntranceLayout key={reason} title={titles[reason]} lead={causes[reason]}>
      <div className={styles.content}>
        {reason === 'token_invalid' && <SignedInHere />}
        {children}
      </div>
    </EntranceLayout>
  )
}
