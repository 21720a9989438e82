import { useId } from 'react'
import { words } from '../../words/en/second-step.ts'
import styles from './trust-choice.module.css'

interface TrustChoiceProps {
  isChosen: boolean
  onChange: (isChosen: boolean) => void
}

/** Whether the second step is left out here from now on. */
export function TrustChoice({ isChosen, onChange }: TrustChoiceProps) {
  const hintId = useId()
  return (
    <div>
      <label className={styles.label}>
        <input
          type="checkbox"
          className={styles.box}
          checked={isChosen}
          onChange={({ target }) => onChange(target.checked)}
          aria-describedby={hintId}
        />
        {words.trust}
      </label>
      <p className={styles.hint} id={hintId}>
        {words.trustMeans}
      </p>
    </div>
  )
}
