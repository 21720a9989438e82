import { useEffect, useState } from 'react'
import styles from './visually-hidden.module.css'

/** The wait after too many attempts. It counts down on the screen; screen readers announce its start and its end. */
export function RetryCountdown({ seconds }: { seconds: number }) {
  const [startedAt] = useState(() => performance.now())
  const [left, setLeft] = useState(seconds)

  useEffect(() => {
    const timer = setInterval(() => {
      setLeft(Math.max(0, Math.ceil(seconds - (performance.now() - startedAt) / 1000)))
    }, 250)
    return () => clearInterval(timer)
  }, [seconds, startedAt])

  if (left === 0) return <p>You can try again now.</p>
  return (
    <p>
      <span aria-hidden="true">Too many attempts. Try again in {inWords(left)}.</span>
      <span className={styles.hidden}>Too many attempts. Try again in {inWords(seconds)}.</span>
    </p>
  )
}

function inWords(seconds: number): string {
  // A wait this long nobody counts down.
  if (seconds >= 3600)
    return `about ${Math.round(seconds / 3600) === 1 ? '1 hour' : `${Math.round(seconds / 3600)} hours`}`
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.floor(seconds / 60)
  const rest = String(seconds % 60).padStart(2, '0')
  return `${minutes}:${rest} minutes`
}
