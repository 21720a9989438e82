import type { ReactNode } from 'react'
import { words } from '../../words/en/recovery.ts'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import styles from './recovery.module.css'
import { SignedInHere } from './signed-in-here.tsx'

export type DeadLinkReason = 'incomplete' | 'token_invalid' | 'token_expired' | 'token_used'

export function isDeadLink(code: string): code is DeadLinkReason {
  return code !== 'incomplete' && code in words.dead
}

interface DeadLinkProps {
  reason: DeadLinkReason
  /** What to do next. */
  children: ReactNode
}

/** For a link that does not work: says why, and what to do instead. */
export function DeadLink({ reason, children }: DeadLinkProps) {
  return (
    <EntranceLayout key={reason} title={words.dead[reason].title} lead={words.dead[reason].cause}>
      <div className={styles.content}>
        {reason === 'token_invalid' && <SignedInHere />}
        {children}
      </div>
    </EntranceLayout>
  )
}
