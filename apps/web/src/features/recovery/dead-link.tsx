import type { ReactNode } from 'react'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import styles from './recovery.module.css'
import { SignedInHere } from './signed-in-here.tsx'

export type DeadLinkReason = 'incomplete' | 'token_invalid' | 'token_expired' | 'token_used'

const titles: Record<DeadLinkReason, string> = {
  incomplete: 'This link is not complete',
  token_invalid: 'This link is not valid',
  token_expired: 'This link has expired',
  token_used: 'This link was used already',
}

const causes: Record<DeadLinkReason, string> = {
  incomplete:
    'Open it from the mail once more, or copy all of it. A link is taken out of the address bar when it is opened, so reloading the page loses it.',
  token_invalid:
    'It may have been cut short, or the account it was for has another address by now, or is no more.',
  token_expired: 'It only works for a while, so that nobody finds it in an old mail.',
  token_used: 'Each works once.',
}

export function isDeadLink(code: string): code is DeadLinkReason {
  return code !== 'incomplete' && code in titles
}

interface DeadLinkProps {
  reason: DeadLinkReason
  /** What there is to do. */
  children: ReactNode
}

/** A link that leads nowhere: why, and what to do instead. */
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
