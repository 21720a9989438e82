import type { FactorMethod } from '@latchkey/contracts'
import { Field, type FieldProps } from './field.tsx'

type CodeFieldProps = Pick<FieldProps, 'error' | 'ref'> & { method: FactorMethod }

/** The code of an authenticator app, or one of those that were saved for the day it is lost. */
export function CodeField({ method, ...field }: CodeFieldProps) {
  return method === 'totp' ? (
    <Field
      key="totp"
      {...field}
      label="Code from your app"
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      spellCheck={false}
      required
      hint="Six digits. A new one comes every 30 seconds."
    />
  ) : (
    <Field
      key="recovery"
      {...field}
      label="Recovery code"
      name="code"
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      required
      hint="One of the codes you saved. Each works once."
    />
  )
}
