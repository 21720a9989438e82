import { useEffect, useState } from 'react'
import { words } from '../words/en/common.ts'
import { locale } from '../words/language.ts'
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

  if (left === 0) return <p>{words.canTryAgain}</p>
  return (
    <p>
      <span aria-hidden="true">{words.tooManyAttempts(inWords(left))}</span>
      <span className={styles.hidden}>{words.tooManyAttempts(inWords(seconds))}</span>
    </p>
  )
}

function inWords(seconds: number): string {
  // A wait this long nobody counts down.
  if (seconds >= 3600) return words.about(counted(Math.round(seconds / 3600), 'hour'))
  if (seconds < 90) return counted(seconds, 'second')
  return words.minutes(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`)
}

const counted = (count: number, unit: 'hour' | 'second') =>
  new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(count)
