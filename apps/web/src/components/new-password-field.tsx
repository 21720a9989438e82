import { words } from '../words/en/common-inside.ts'
import styles from './new-password-field.module.css'
import { PasswordField } from './password-field.tsx'
import { passwordStrength, passwordStrengths } from './password-strength.ts'

interface NewPasswordFieldProps {
  label: string
  name: string
  /** What has been typed so far. */
  value: string
  /** What the person has typed into other fields: a password made from it is weak. */
  personal: readonly string[]
  /** How many characters it needs at least. */
  shortest: number
  error: string | undefined
}

export function NewPasswordField({ value, personal, shortest, ...field }: NewPasswordFieldProps) {
  return (
    <PasswordField
      {...field}
      autoComplete="new-password"
      required
      hint={words.passwordRule(shortest)}
      below={<StrengthMeter password={value} personal={personal} shortest={shortest} />}
    />
  )
}

interface StrengthMeterProps {
  password: string
  personal: readonly string[]
  shortest: number
}

function StrengthMeter({ password, personal, shortest }: StrengthMeterProps) {
  const strength = password ? passwordStrength(password, personal, shortest) : null
  const filled = strength ? passwordStrengths.indexOf(strength) : 0
  return (
    <div className={styles.meter} data-filled={filled}>
      <div className={styles.bars} aria-hidden="true">
        {passwordStrengths.slice(1).map((step) => (
          <span key={step} />
        ))}
      </div>
      <p role="status" className={styles.word}>
        {strength && words.strength[strength]}
      </p>
    </div>
  )
}
