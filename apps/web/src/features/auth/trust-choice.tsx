import { useId } from 'react'
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
        Trust this browser for 30 days
      </label>
      <p className={styles.hint} id={hintId}>
        Your password alone will then sign you in here, so leave this off where others use this device.
      </p>
    </div>
  )
}
