import type { AuthError } from '@latchkey/auth-client'
import {
  FactorBodySchema,
  type FactorMethod,
  type FactorOutstanding,
  LoginBodySchema,
  type User,
} from '@latchkey/contracts'
import { useAction, useAuthClient, useSession } from '@latchkey/react'
import { type ReactNode, use, useLayoutEffect, useState } from 'react'
import { supportsPasskeys } from '../../app/passkey-support.ts'
import { LeaveContext } from '../../app/shown-session.ts'
import { Button } from '../../components/button.tsx'
import { CodeField } from '../../components/code-field.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/sign-in-again.ts'
import { fill } from '../../words/fill.ts'
import { signedOutSentence } from '../auth/ended-sentence.ts'
import { PasskeyStep } from '../auth/passkey-step.tsx'
import styles from '../step-up/confirm-form.module.css'

/** Over the page of somebody whose session has ended while they were typing: they sign in, and go on where they were. */
export function SignInAgain({ user }: { user: User }) {
  const session = useSession()
  const leave = use(LeaveContext)
  const [outstanding, setOutstanding] = useState<FactorOutstanding | null>(null)
  if (session.status !== 'signedOut') return null

  function onOutstanding(next: FactorOutstanding) {
    // A factor is to be set up, which takes a page of its own.
    if (next.enrol) leave()
    else setOutstanding(next)
  }

  const leaving = (
    <Button variant="secondary" onClick={leave}>
      {words.leave}
    </Button>
  )
  return (
    <Dialog
      isVeiling
      title={words.signInAgain}
      lead={words.stillHere(signedOutSentence(session) ?? words.ended)}
    >
      {outstanding ? (
        <SecondStep outstanding={outstanding} leaving={leaving} />
      ) : (
        <Password user={user} onOutstanding={onOutstanding} leaving={leaving} />
      )}
    </Dialog>
  )
}

interface PasswordProps {
  user: User
  onOutstanding: (outstanding: FactorOutstanding) => void
  leaving: ReactNode
}

function Password({ user, onOutstanding, leaving }: PasswordProps) {
  const client = useAuthClient()
  const passkey = useAction(() => client.loginWithPasskey())
  const form = useForm(
    LoginBodySchema,
    async (body) => {
      const outcome = await client.login(body)
      if ('ticket' in outcome) onOutstanding(outcome)
    },
    'leave',
  )
  return (
    <form {...form.props} className={styles.form} aria-label={words.signInAgain}>
      <FailureAlert failure={form.failure ?? passkey.failure} />
      <p>{fill(words.youAre, { username: <strong>{user.username}</strong> })}</p>
      <input type="text" name="email" autoComplete="username" value={user.username} readOnly hidden />
      <PasswordField
        label={words.yourPassword}
        name="password"
        autoComplete="current-password"
        required
        error={form.errorOf('password')}
      />
      <div className={styles.answers}>
        <Button type="submit" isBusy={form.isSubmitting}>
          {words.signIn}
        </Button>
        {supportsPasskeys() && (
          <Button variant="secondary" isBusy={passkey.isBusy} onClick={passkey.run}>
            {words.usePasskey}
          </Button>
        )}
        {leaving}
      </div>
    </form>
  )
}

function SecondStep({ outstanding, leaving }: { outstanding: FactorOutstanding; leaving: ReactNode }) {
  const { ticket, methods } = outstanding
  const client = useAuthClient()
  const passkey = useAction(() => client.loginFactorWithPasskey({ ticket }))
  const codes = methods.filter((each) => each !== 'passkey')
  if (codes.length === 0)
    return (
      <PasskeyStep passkey={passkey} isOver={passkey.failure?.code === 'ticket_expired'} trust={null}>
        <div className={styles.answers}>{leaving}</div>
      </PasskeyStep>
    )
  return (
    <Code ticket={ticket} methods={codes} passkeyFailure={passkey.failure}>
      {methods.includes('passkey') && supportsPasskeys() && (
        <Button variant="secondary" isBusy={passkey.isBusy} onClick={passkey.run}>
          {words.usePasskey}
        </Button>
      )}
      {leaving}
    </Code>
  )
}

interface CodeProps {
  ticket: string
  methods: readonly FactorMethod[]
  passkeyFailure: AuthError | null
  /** What else can be done. */
  children: ReactNode
}

function Code({ ticket, methods, passkeyFailure, children }: CodeProps) {
  const client = useAuthClient()
  const [method, setMethod] = useState<FactorMethod>(methods[0] ?? 'totp')
  const other = methods.find((each) => each !== method)
  const form = useForm(FactorBodySchema, (body) => client.loginFactor(body), 'leave')

  const { ref } = form.props
  useLayoutEffect(() => ref.current?.querySelector<HTMLElement>('[name="code"]')?.focus(), [ref, method])

  return (
    <form {...form.props} className={styles.form} aria-label={words.secondStep}>
      <FailureAlert failure={form.failure ?? passkeyFailure} />
      <input type="hidden" name="ticket" value={ticket} />
      <input type="hidden" name="method" value={method} />
      <CodeField method={method} error={form.errorOf('code')} />
      {other && (
        <div className={styles.others}>
          <Button variant="quiet" onClick={() => setMethod(other)}>
            {other === 'recovery_code' ? words.useRecoveryCode : words.useApp}
          </Button>
        </div>
      )}
      <div className={styles.answers}>
        <Button type="submit" isBusy={form.isSubmitting}>
          {words.signIn}
        </Button>
        {children}
      </div>
    </form>
  )
}
