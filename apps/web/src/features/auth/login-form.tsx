import type { FactorOutstanding } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { Suspense, useState } from 'react'
import { LinkAlong, useAddressAlong } from '../../app/address-along.tsx'
import { lazyPart } from '../../app/lazy-part.tsx'
import { supportsPasskeys, wantsUpgrades } from '../../app/passkey-support.ts'
import { paths } from '../../app/paths.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { Field } from '../../components/field.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/entrance.ts'
import styles from './entrance-form.module.css'
import { PasskeySignIn } from './passkey-sign-in.tsx'

// Few people need it, so it is not part of the first download.
const NotConfirmed = lazyPart(() => import('../recovery/not-confirmed.tsx'))

// The schemas of all forms are a download of their own, which the first sign-in need not wait for.
const bodySchema = async () => (await import('@latchkey/contracts/forms')).LoginBodySchema

interface LoginFormProps {
  /** The password was right, and a second factor is outstanding. */
  onOutstanding: (outstanding: FactorOutstanding) => void
}

export function LoginForm({ onOutstanding }: LoginFormProps) {
  const client = useAuthClient()
  const address = useAddressAlong()
  const [tried, setTried] = useState({ identifier: '', password: '' })
  const form = useForm(
    bodySchema,
    async (body) => {
      setTried({ identifier: body.email, password: body.password })
      const outcome = await client.login(body)
      if ('ticket' in outcome) return onOutstanding(outcome)
      // Nobody waits for it: where the password manager would rather not, all stays as it is.
      if (supportsPasskeys() && wantsUpgrades()) void client.upgradeToPasskey()
    },
    'leave',
  )

  return (
    <>
      <form {...form.props} className={styles.form} aria-label={words.signIn}>
        <FailureAlert failure={form.failure} />
        <Field
          label={words.emailOrUsername}
          name="email"
          type="text"
          defaultValue={address}
          inputMode="email"
          autoComplete="username webauthn"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          required
          error={form.errorOf('email')}
        />
        <PasswordField
          label={words.password}
          name="password"
          autoComplete="current-password"
          required
          error={form.errorOf('password')}
        />
        <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
          {form.isSubmitting ? words.signingIn : words.signIn}
        </Button>
        <PasskeySignIn />
        <p className={styles.forgot}>
          <LinkAlong to={paths.forgotPassword}>{words.forgotPassword}</LinkAlong>
        </p>
      </form>
      {form.failure?.code === 'email_not_verified' && (
        <Suspense fallback={<Skeleton label={words.loading} count={1} />}>
          {/* A username does not say where to send the email. */}
          <NotConfirmed
            email={tried.identifier.includes('@') ? tried.identifier : null}
            credentials={tried}
          />
        </Suspense>
      )}
    </>
  )
}
