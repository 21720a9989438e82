import type { AccessTokenView } from '@latchkey/auth-client'
import { useEffect, useState } from 'react'
import { words } from '../../words/en/dashboard.ts'
import styles from './token-countdown.module.css'

interface TokenCountdownProps {
  accessToken: AccessTokenView
  /** The server refuses it, however much time is left. */
  isSpoiled: boolean
}

/** Updates itself once a second, without rendering anything around it. */
export function TokenCountdown({ accessToken, isSpoiled }: TokenCountdownProps) {
  const remainingMs = useRemainingMs(accessToken)
  const seconds = isSpoiled ? 0 : Math.ceil(remainingMs / 1000)
  const lifetimeSeconds = accessToken.claims.exp - accessToken.claims.iat
  const share = lifetimeSeconds > 0 ? Math.min(1, seconds / lifetimeSeconds) : 0

  return (
    <div className={styles.countdown} data-expired={seconds === 0 || undefined}>
      <svg className={styles.ring} viewBox="0 0 48 48" aria-hidden="true">
        <circle className={styles.track} cx="24" cy="24" r="20" />
        <circle
          className={styles.rest}
          cx="24"
          cy="24"
          r="20"
          pathLength="1"
          strokeDasharray="1"
          strokeDashoffset={1 - share}
          transform="rotate(-90 24 24)"
        />
      </svg>
      <div>
        {/* Screen readers do not announce a timer as it ticks, but can read it at any moment. */}
        <p className={styles.time} role="timer" aria-label={words.untilExpiry}>
          {seconds === 0 ? words.expired : inMinutes(seconds)}
        </p>
        <p className={styles.caption}>{seconds === 0 ? words.nextCallRenews : words.renewsItself}</p>
      </div>
    </div>
  )
}

function useRemainingMs(accessToken: AccessTokenView): number {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return accessToken.remainingMs()
}

function inMinutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
