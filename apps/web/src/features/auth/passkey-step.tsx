import type { Action } from '@latchkey/react'
import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/second-step.ts'
import styles from './entrance-form.module.css'

interface PasskeyStepProps {
  passkey: Action
  /** The sign-in can only begin again. */
  isOver: boolean
  /** How one says that this browser is to be trusted. */
  trust: ReactNode
  /** The other ways. */
  children: ReactNode
}

/** The second step by a passkey. */
export function PasskeyStep({ passkey, isOver, trust, children }: PasskeyStepProps) {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => ref.current?.querySelector('button')?.focus(), [])

  return (
    <div ref={ref} className={styles.form}>
      <FailureAlert failure={passkey.failure} />
      {!isOver && trust}
      {!isOver && (
        <Button className={styles.submit} isBusy={passkey.isBusy} onClick={passkey.run}>
          {passkey.isBusy ? words.waitingForPasskey : words.usePasskey}
        </Button>
      )}
      {children}
    </div>
  )
}
