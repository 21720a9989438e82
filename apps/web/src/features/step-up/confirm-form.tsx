import type { StepUpDemand } from '@latchkey/auth-client'
import {
  type ConfirmationMethod,
  type FactorMethod,
  ReauthenticateBodySchema,
  routes,
} from '@latchkey/contracts'
import { useAction, useAuthClient, useCall } from '@latchkey/react'
import { type ReactNode, useLayoutEffect, useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Button } from '../../components/button.tsx'
import { CodeField } from '../../components/code-field.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { PasswordField } from '../../components/password-field.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/step-up.ts'
import styles from './confirm-form.module.css'

interface ConfirmFormProps {
  demand: StepUpDemand
  onConfirmed: () => void
  onDeclined: () => void
}

/** Asks for whatever the account can confirm with. */
export function ConfirmForm({ demand, onConfirmed, onDeclined }: ConfirmFormProps) {
  const [isSending, setIsSending] = useState(false)
  const asked = useCall(routes.confirmationMethods)
  // Where a second factor is asked for, another password is none.
  const methods = asked.data?.methods.filter((method) => demand.acr !== 'mfa' || method !== 'password')

  // What has been sent cannot be taken back.
  function decline() {
    if (!isSending) onDeclined()
  }

  const cancel = (
    <Button variant="secondary" aria-disabled={isSending || undefined} onClick={decline}>
      {words.cancel}
    </Button>
  )
  if (demand.acr === 'mfa' && methods?.length === 0)
    return <SetUpFirst onDeclined={onDeclined} cancel={cancel} />
  return (
    <Dialog title={words.confirmItsYou} lead={words.freshProof} onCancel={decline}>
      {methods ? (
        <Proof methods={methods} onSending={setIsSending} onConfirmed={onConfirmed} cancel={cancel} />
      ) : (
        <>
          {asked.isLoading && <Skeleton label={words.loading} count={1} />}
          <FailureAlert failure={asked.failure} />
          <div className={styles.answers}>{cancel}</div>
        </>
      )}
    </Dialog>
  )
}

/** There is nothing to confirm with yet. */
function SetUpFirst({ onDeclined, cancel }: { onDeclined: () => void; cancel: ReactNode }) {
  const navigate = useNavigate()
  function goThere() {
    onDeclined()
    navigate(paths.account)
  }
  return (
    <Dialog title={words.needsTwoSteps} lead={words.setUpFirst} onCancel={onDeclined}>
      <div className={styles.answers}>
        <Button ref={focused} onClick={goThere}>
          {words.goToAccount}
        </Button>
        {cancel}
      </div>
    </Dialog>
  )
}

/** The dialog was open before it was known what to say. */
const focused = (button: HTMLElement | null) => button?.focus()

interface ProofProps {
  onSending: (isSending: boolean) => void
  onConfirmed: () => void
  cancel: ReactNode
}

function Proof({ methods, ...props }: ProofProps & { methods: readonly ConfirmationMethod[] }) {
  const [method, setMethod] = useState(methods[0] ?? 'password')
  const others = methods.filter((each) => each !== method)
  const instead = others.length > 0 && (
    <div className={styles.others}>
      {others.map((other) => (
        <Button key={other} variant="quiet" onClick={() => setMethod(other)}>
          {words.instead[other]}
        </Button>
      ))}
    </div>
  )
  // Another way is another form: no complaint about the one before is left.
  return method === 'passkey' ? (
    <PasskeyProof {...props} instead={instead} />
  ) : (
    <ProofForm key={method} {...props} method={method} instead={instead} />
  )
}

interface OneWay extends ProofProps {
  /** The other ways. */
  instead: ReactNode
}

function PasskeyProof({ onSending, onConfirmed, cancel, instead }: OneWay) {
  const client = useAuthClient()
  const confirm = useAction(async () => {
    onSending(true)
    try {
      await client.confirmWithPasskey()
    } finally {
      onSending(false)
    }
    onConfirmed()
  })
  return (
    <div className={styles.form}>
      <FailureAlert failure={confirm.failure} />
      {instead}
      <div className={styles.answers}>
        <Button isBusy={confirm.isBusy} onClick={confirm.run}>
          {words.usePasskey}
        </Button>
        {cancel}
      </div>
    </div>
  )
}

function ProofForm({
  method,
  onSending,
  onConfirmed,
  cancel,
  instead,
}: OneWay & { method: 'password' | FactorMethod }) {
  const client = useAuthClient()
  const { user } = useSignedIn()
  const form = useForm(
    ReauthenticateBodySchema,
    async (body) => {
      onSending(true)
      try {
        await client.reauthenticate(body)
      } finally {
        onSending(false)
      }
      onConfirmed()
    },
    'leave',
  )

  // The dialog was open before it was known what to ask for.
  const { ref } = form.props
  useLayoutEffect(() => {
    ref.current
      ?.querySelector<HTMLElement>(`input[name="${method === 'password' ? 'password' : 'code'}"]`)
      ?.focus()
  }, [ref, method])

  return (
    <form {...form.props} className={styles.form}>
      <FailureAlert failure={form.failure} />
      {method === 'password' ? (
        <>
          {/* Tells password managers whose password this is. It has no name, so it is not sent. */}
          <input type="text" autoComplete="username" value={user.email} readOnly hidden />
          <PasswordField
            label={words.yourPassword}
            name="password"
            autoComplete="current-password"
            required
            error={form.errorOf('password')}
          />
        </>
      ) : (
        <>
          <input type="hidden" name="method" value={method} />
          <CodeField method={method} error={form.errorOf('code')} />
        </>
      )}
      {instead}
      <div className={styles.answers}>
        <Button type="submit" isBusy={form.isSubmitting}>
          {words.confirm}
        </Button>
        {cancel}
      </div>
    </form>
  )
}
