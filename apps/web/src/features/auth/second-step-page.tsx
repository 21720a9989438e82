import type { FactorMethod, FactorOutstanding } from '@latchkey/contracts'
import { useLayoutEffect, useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'
import { Button } from '../../components/button.tsx'
import { CodeField } from '../../components/code-field.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useForm } from '../../components/use-form.ts'
import { EnrolStep } from './enrol-step.tsx'
import styles from './entrance-form.module.css'
import { EntranceLayout } from './entrance-layout.tsx'
import { TrustChoice } from './trust-choice.tsx'

const bodySchema = async () => (await import('@latchkey/contracts/forms')).FactorBodySchema

interface SecondStepProps {
  outstanding: FactorOutstanding
  onStartAgain: () => void
}

/** The password was right, and something is left to show. */
export default function SecondStepPage({ outstanding, onStartAgain }: SecondStepProps) {
  return outstanding.enrol ? (
    <EntranceLayout
      title="Set up two-step sign-in"
      lead="Your role needs a second step at sign-in. Set it up once, and you are in."
    >
      <EnrolStep ticket={outstanding.ticket} onStartAgain={onStartAgain} />
    </EntranceLayout>
  ) : (
    <EntranceLayout title="Enter your code" lead="Your password is right. One more step.">
      <CodeStep outstanding={outstanding} onStartAgain={onStartAgain} />
    </EntranceLayout>
  )
}

function CodeStep({ outstanding: { ticket, methods }, onStartAgain }: SecondStepProps) {
  const [method, setMethod] = useState<FactorMethod>(methods[0] ?? 'totp')
  const [isTrusted, setIsTrusted] = useState(false)
  const other = methods.find((each) => each !== method)
  // Another way is another form: no complaint about the one before is left.
  return (
    <CodeForm
      key={method}
      ticket={ticket}
      method={method}
      other={other}
      onOther={setMethod}
      isTrusted={isTrusted}
      onTrust={setIsTrusted}
      onStartAgain={onStartAgain}
    />
  )
}

interface CodeFormProps {
  ticket: string
  method: FactorMethod
  other: FactorMethod | undefined
  onOther: (method: FactorMethod) => void
  /** Whether this browser is to be trusted. */
  isTrusted: boolean
  onTrust: (isTrusted: boolean) => void
  onStartAgain: () => void
}

function CodeForm({ ticket, method, other, onOther, isTrusted, onTrust, onStartAgain }: CodeFormProps) {
  const client = useAuthClient()
  const form = useForm(bodySchema, (body) =>
    client.loginFactor(isTrusted ? { ...body, trustBrowser: true } : body),
  )
  // What is wanted is known; the heading above need not be read first.
  const { ref } = form.props
  useLayoutEffect(() => ref.current?.querySelector<HTMLElement>('[name="code"]')?.focus(), [ref])
  const isOver = form.failure?.code === 'ticket_expired'

  return (
    <form {...form.props} className={styles.form} aria-label="Second step">
      <FailureAlert failure={form.failure} />
      <input type="hidden" name="ticket" value={ticket} />
      <input type="hidden" name="method" value={method} />
      <CodeField method={method} error={form.errorOf('code')} />
      {!isOver && client.canTrustBrowser() && <TrustChoice isChosen={isTrusted} onChange={onTrust} />}
      {!isOver && (
        <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
          {form.isSubmitting ? 'Signing in…' : 'Sign in'}
        </Button>
      )}
      <div className={styles.ways}>
        {other && !isOver && (
          <Button variant="quiet" onClick={() => onOther(other)}>
            {other === 'recovery_code' ? 'Use a recovery code' : 'Use your app'}
          </Button>
        )}
        <Button variant={isOver ? 'primary' : 'quiet'} onClick={onStartAgain}>
          Start again
        </Button>
      </div>
    </form>
  )
}
