import { LogoMark } from './logo.tsx'
import styles from './progress-screen.module.css'
import { Spinner } from './spinner.tsx'

interface ProgressScreenProps {
  label?: string
  /** Why it takes long, in a sentence. */
  trouble?: string | null
}

/** A calm wait. It only becomes visible after a moment (by CSS), so that a quick start does not flash. */
export function ProgressScreen({ label = 'Loading…', trouble = null }: ProgressScreenProps) {
  return (
    <div className={styles.screen}>
      <div className={styles.content} role="status">
        <LogoMark />
        <p className={styles.label}>
          <Spinner />
          {label}
        </p>
        <p className={styles.trouble}>{trouble}</p>
      </div>
    </div>
  )
}
