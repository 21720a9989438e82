import { useEffect, useRef, useState } from 'react'
import { words } from '../words/en/common-inside.ts'
import styles from './new-password-field.module.css'
import { PasswordField } from './password-field.tsx'
import { type PasswordStrength, passwordStrength, passwordStrengths } from './password-strength.ts'

interface NewPasswordFieldProps {
  label: string
  name: string
  /** What is known of the person: a password made from it is weak. */
  personal?: readonly string[]
  /** The names of other fields of the form that are about the person. */
  personalFields?: readonly string[]
  /** How many characters it needs at least. */
  shortest: number
  error: string | undefined
}

export function NewPasswordField({
  personal = none,
  personalFields = none,
  shortest,
  ...field
}: NewPasswordFieldProps) {
  const meter = { name: field.name, personal, personalFields, shortest }
  return (
    <PasswordField
      {...field}
      autoComplete="new-password"
      required
      hint={words.passwordRule(shortest)}
      below={<StrengthMeter {...meter} />}
    />
  )
}

const none: readonly string[] = []

interface StrengthMeterProps {
  name: string
  personal: readonly string[]
  personalFields: readonly string[]
  shortest: number
}

/** Reads the form itself, so that a key renders nothing else. */
function StrengthMeter({ name, personal, personalFields, shortest }: StrengthMeterProps) {
  const meter = useRef<HTMLDivElement>(null)
  const [strength, setStrength] = useState<PasswordStrength | null>(null)

  useEffect(() => {
    const form = meter.current?.closest('form')
    if (!form) return
    const look = () => {
      const typed = new FormData(form)
      const typedInto = (field: string) => String(typed.get(field) ?? '')
      const password = typedInto(name)
      const known = [...personal, ...personalFields.map(typedInto)]
      setStrength(password ? passwordStrength(password, known, shortest) : null)
    }
    look()
    form.addEventListener('input', look)
    return () => form.removeEventListener('input', look)
  }, [name, personal, personalFields, shortest])

  const filled = strength ? passwordStrengths.indexOf(strength) : 0
  return (
    <div ref={meter} className={styles.meter} data-filled={filled}>
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
