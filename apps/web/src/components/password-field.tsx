import { type KeyboardEvent, useState } from 'react'
import { words } from '../words/en/common.ts'
import { Field, type FieldProps } from './field.tsx'
import styles from './password-field.module.css'

type PasswordFieldProps = Omit<FieldProps, 'type' | 'trailing'>

/** A password that can be shown and pasted, with a warning while Caps Lock is on. */
export function PasswordField({ below, ...field }: PasswordFieldProps) {
  const [isShown, setIsShown] = useState(false)
  const [hasCapsLock, setHasCapsLock] = useState(false)

  function watchCapsLock(event: KeyboardEvent) {
    setHasCapsLock(event.getModifierState('CapsLock'))
  }

  return (
    <Field
      {...field}
      type={isShown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      onKeyDown={watchCapsLock}
      onKeyUp={watchCapsLock}
      onBlur={() => setHasCapsLock(false)}
      trailing={
        <button
          type="button"
          className={styles.toggle}
          aria-pressed={isShown}
          aria-label={words.showPassword}
          title={isShown ? words.hidePassword : words.showPassword}
          onClick={() => setIsShown(!isShown)}
        >
          <EyeIcon isCrossed={isShown} />
        </button>
      }
      below={
        <>
          <p role="status" className={styles.capsLock}>
            {hasCapsLock && words.capsLockIsOn}
          </p>
          {below}
        </>
      }
    />
  )
}

function EyeIcon({ isCrossed }: { isCrossed: boolean }) {
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
      <circle cx="12" cy="12" r="2.75" />
      {isCrossed && <path d="m4 20 16-16" />}
    </svg>
  )
}
