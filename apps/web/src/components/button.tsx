import type { ComponentProps } from 'react'
import styles from './button.module.css'
import { Spinner } from './spinner.tsx'

interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'secondary' | 'quiet' | 'danger' | 'grave'
  /** Shows progress and ignores presses, without losing the focus as `disabled` would. */
  isBusy?: boolean
}

export function Button({
  variant = 'primary',
  type = 'button',
  isBusy = false,
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={[styles.button, styles[variant], className].filter(Boolean).join(' ')}
      aria-disabled={isBusy || rest['aria-disabled']}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    >
      <span className={styles.label}>{children}</span>
      {isBusy && (
        <span className={styles.progress}>
          <Spinner />
        </span>
      )}
    </button>
  )
}
