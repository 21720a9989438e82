import { words } from '../words/en/common.ts'
import { LogoMark } from './logo.tsx'
import styles from './progress-screen.module.css'
import { Spinner } from './spinner.tsx'

interface ProgressScreenProps {
  label?: string
  /** Why it is taking long, in a sentence. */
  trouble?: string | null
}

/** Shown while something loads. CSS makes it visible after a moment, so that nothing flashes when that is quick. */
export function ProgressScreen({ label = words.loading, trouble = null }: ProgressScreenProps) {
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
