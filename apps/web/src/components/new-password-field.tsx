import { passwordLength } from '@latchkey/contracts'
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
  error: string | undefined
}

export function NewPasswordField({ value, personal, ...field }: NewPasswordFieldProps) {
  return (
    <PasswordField
      {...field}
      autoComplete="new-password"
      required
      hint={`At least ${passwordLength.min} characters. A few unrelated words make a good one.`}
      below={<StrengthMeter password={value} personal={personal} />}
    />
  )
}

function StrengthMeter({ password, personal }: { password: string; personal: readonly string[] }) {
  const strength = password ? passwordStrength(password, personal) : null
  const filled = strength ? passwordStrengths.indexOf(strength) : 0
  return (
    <div className={styles.meter} data-filled={filled}>
      <div className={styles.bars} aria-hidden="true">
        {passwordStrengths.slice(1).map((step) => (
          <span key={step} />
        ))}
      </div>
      <p role="status" className={styles.word}>
        {strength && `Strength: ${strength}`}
      </p>
    </div>
  )
}
