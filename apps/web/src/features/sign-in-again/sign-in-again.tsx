import type { AuthError, SessionState } from '@latchkey/auth-client'
import {
  FactorBodySchema,
  type FactorMethod,
  type FactorOutstanding,
  LoginBodySchema,
  type User,
} from '@latchkey/contracts'
import { useAction, useAuthClient, useSession } from '@latchkey/react'
import { type ReactNode, use, useLayoutEffect, useRef, useState } from 'react'
import { supportsPasskeys } from '../../app/passkey-support.ts'
import { LeaveContext } from '../../app/shown-session.ts'
import { Button } from '../../components/button.tsx'
import { CodeField } from '../../components/code-field.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { useForm } from '../../components/use-form.ts'
import { words as frame } from '../../words/en/frame.ts'
import { words } from '../../words/en/sign-in-again.ts'
import { fill } from '../../words/fill.ts'
import { signedOutSentence } from '../auth/ended-sentence.ts'
import { PasskeyStep } from '../auth/passkey-step.tsx'
import { StartAgain } from '../auth/start-again.tsx'
import styles from '../step-up/confirm-form.module.css'

/** Over the page of somebody whose session has ended while they were typing: they sign in, and go on where they were. */
export function SignInAgain({ user }: { user: User }) {
  const session = useSession()
  if (session.status === 'signedIn') return null
  if (session.status === 'restoring') return <FindingOut isTroubled={session.problem !== null} />
  // Each end of a session begins with the password: a second step belongs to one sign-in alone.
  return <Steps user={user} session={session} />
}

/** There is a session again, and it may be somebody else's: nothing of the page may be read or pressed until it is known. */
function FindingOut({ isTroubled }: { isTroubled: boolean }) {
  const progress = useRef<HTMLParagraphElement>(null)
  // Whoever is still typing does not press the button by that.
  useLayoutEffect(() => progress.current?.focus(), [])
  return (
    <Dialog isVeiling title={frame.signingYouIn} lead={words.findingOut}>
      <p ref={progress} role="status" tabIndex={-1}>
        {isTroubled ? frame.stillTrying : <Spinner />}
      </p>
      <div className={styles.answers}>
        <Leaving />
      </div>
    </Dialog>
  )
}

function Leaving() {
  return (
    <Button variant="secondary" onClick={use(LeaveContext)}>
      {words.leave}
    </Button>
  )
}

interface StepsProps {
  user: User
  session: Extract<SessionState, { status: 'signedOut' }>
}

function Steps({ user, session }: StepsProps) {
  const leave = use(LeaveContext)
  const [outstanding, setOutstanding] = useState<FactorOutstanding | null>(null)

  function onOutstanding(next: FactorOutstanding) {
    // A factor is to be set up, which takes a page of its own.
    if (next.enrol) leave()
    else setOutstanding(next)
  }

  return (
    <Dialog
      isVeiling
      title={words.signInAgain}
      lead={words.stillHere(signedOutSentence(session) ?? words.ended)}
    >
      {outstanding ? (
        <SecondStep
          outstanding={outstanding}
          onStartAgain={() => setOutstanding(null)}
          leaving={<Leaving />}
        />
      ) : (
        <Password user={user} onOutstanding={onOutstanding} leaving={<Leaving />} />
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

  // Also where it comes back in place of the second step.
  const { ref } = form.props
  useLayoutEffect(() => ref.current?.querySelector<HTMLElement>('[name="password"]')?.focus(), [ref])

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

interface SecondStepProps {
  outstanding: FactorOutstanding
  onStartAgain: () => void
  leaving: ReactNode
}

function SecondStep({ outstanding: { ticket, methods }, onStartAgain, leaving }: SecondStepProps) {
  const client = useAuthClient()
  const passkey = useAction(() => client.loginFactorWithPasskey({ ticket }))
  const codes = methods.filter((each) => each !== 'passkey')
  const [method, setMethod] = useState<FactorMethod>(codes[0] ?? 'totp')
  const other = codes.find((each) => each !== method)
  const isPasskeyOver = passkey.failure?.code === 'ticket_expired'

  const ways = (isOver: boolean) => (
    <>
      <StartAgain isOver={isOver} onStartAgain={onStartAgain} />
      {leaving}
    </>
  )
  if (codes.length === 0)
    return (
      <PasskeyStep passkey={passkey} isOver={isPasskeyOver} trust={null}>
        <div className={styles.answers}>{ways(isPasskeyOver)}</div>
      </PasskeyStep>
    )
  return (
    // Another way is another form: no complaint about the one before is left.
    <Code
      key={method}
      ticket={ticket}
      method={method}
      passkeyFailure={passkey.failure}
      instead={
        other && (
          <Button variant="quiet" onClick={() => setMethod(other)}>
            {other === 'recovery_code' ? words.useRecoveryCode : words.useApp}
          </Button>
        )
      }
      passkey={
        methods.includes('passkey') &&
        supportsPasskeys() && (
          <Button variant="secondary" isBusy={passkey.isBusy} onClick={passkey.run}>
            {words.usePasskey}
          </Button>
        )
      }
      ways={ways}
    />
  )
}

interface CodeProps {
  ticket: string
  method: FactorMethod
  passkeyFailure: AuthError | null
  /** The other code. */
  instead: ReactNode
  passkey: ReactNode
  /** What else can be done. `isOver`: nothing but that. */
  ways: (isOver: boolean) => ReactNode
}

function Code({ ticket, method, passkeyFailure, instead, passkey, ways }: CodeProps) {
  const client = useAuthClient()
  const form = useForm(FactorBodySchema, (body) => client.loginFactor(body), 'leave')
  const isOver = [form.failure, passkeyFailure].some((failure) => failure?.code === 'ticket_expired')

  const { ref } = form.props
  useLayoutEffect(() => ref.current?.querySelector<HTMLElement>('[name="code"]')?.focus(), [ref])

  return (
    <form {...form.props} className={styles.form} aria-label={words.secondStep}>
      <FailureAlert failure={form.failure ?? passkeyFailure} />
      <input type="hidden" name="ticket" value={ticket} />
      <input type="hidden" name="method" value={method} />
      <CodeField method={method} error={form.errorOf('code')} />
      {!isOver && instead && <div className={styles.others}>{instead}</div>}
      <div className={styles.answers}>
        {!isOver && (
          <Button type="submit" isBusy={form.isSubmitting}>
            {words.signIn}
          </Button>
        )}
        {!isOver && passkey}
        {ways(isOver)}
      </div>
    </form>
  )
}
