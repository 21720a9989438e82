import type { FactorMethod } from '@latchkey/contracts'
import { words } from '../words/en/common.ts'
import { Field, type FieldProps } from './field.tsx'

type CodeFieldProps = Pick<FieldProps, 'error' | 'ref'> & { method: FactorMethod }

/** The code of an authenticator app, or one of those that were saved for the day it is lost. */
export function CodeField({ method, ...field }: CodeFieldProps) {
  return method === 'totp' ? (
    <Field
      key="totp"
      {...field}
      label={words.codeFromApp}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      spellCheck={false}
      required
      hint={words.codeFromAppHint}
    />
  ) : (
    <Field
      key="recovery"
      {...field}
      label={words.recoveryCode}
      name="code"
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      required
      hint={words.recoveryCodeHint}
    />
  )
}
