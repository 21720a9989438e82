import type { FactorMethod, FactorOutstanding, SecondStepMethod } from '@latchkey/contracts'
import { useAction, useAuthClient } from '@latchkey/react'
import { type ReactNode, useLayoutEffect, useState } from 'react'
import { supportsPasskeys } from '../../app/passkey-support.ts'
import { Button } from '../../components/button.tsx'
import { Checkbox } from '../../components/checkbox.tsx'
import { CodeField } from '../../components/code-field.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/second-step.ts'
import { EnrolStep } from './enrol-step.tsx'
import styles from './entrance-form.module.css'
import { EntranceLayout } from './entrance-layout.tsx'
import { PasskeyStep } from './passkey-step.tsx'
import { StartAgain } from './start-again.tsx'

const bodySchema = async () => (await import('@latchkey/contracts/forms')).FactorBodySchema

interface SecondStepProps {
  outstanding: FactorOutstanding
  onStartAgain: () => void
}

/** The password was right, and something is left to show. */
export default function SecondStepPage({ outstanding, onStartAgain }: SecondStepProps) {
  return outstanding.enrol ? (
    <EntranceLayout title={words.setUp} lead={words.roleNeedsIt}>
      <EnrolStep ticket={outstanding.ticket} onStartAgain={onStartAgain} />
    </EntranceLayout>
  ) : (
    <NextStep outstanding={outstanding} onStartAgain={onStartAgain} />
  )
}

function NextStep({ outstanding: { ticket, methods }, onStartAgain }: SecondStepProps) {
  const client = useAuthClient()
  const possible = methods.filter((each) => each !== 'passkey' || supportsPasskeys())
  const [method, setMethod] = useState<SecondStepMethod>(possible[0] ?? methods[0] ?? 'totp')
  const [isTrusted, setIsTrusted] = useState(false)
  const trust = client.canTrustBrowser() && (
    <Checkbox
      label={words.trust}
      hint={words.trustMeans}
      checked={isTrusted}
      onChange={({ target }) => setIsTrusted(target.checked)}
    />
  )
  const passkey = useAction(() =>
    client.loginFactorWithPasskey({ ticket, ...(isTrusted && { trustBrowser: true }) }),
  )

  function choose(other: SecondStepMethod) {
    setMethod(other)
    if (other === 'passkey') passkey.run()
  }

  const ways = (isOver: boolean) => (
    <div className={styles.ways}>
      {!isOver &&
        possible.map(
          (each) =>
            each !== method && (
              <Button key={each} variant="quiet" onClick={() => choose(each)}>
                {words.instead[each]}
              </Button>
            ),
        )}
      <StartAgain isOver={isOver} onStartAgain={onStartAgain} />
    </div>
  )
  const isPasskeyOver = passkey.failure?.code === 'ticket_expired'
  return (
    <EntranceLayout
      title={method === 'passkey' ? words.showPasskey : words.enterCode}
      lead={words.passwordIsRight}
    >
      {method === 'passkey' ? (
        <PasskeyStep passkey={passkey} isOver={isPasskeyOver} trust={trust}>
          {ways(isPasskeyOver)}
        </PasskeyStep>
      ) : (
        // Another way is another form: no complaint about the one before is left.
        <CodeForm
          key={method}
          ticket={ticket}
          method={method}
          isTrusted={isTrusted}
          trust={trust}
          ways={ways}
        />
      )}
    </EntranceLayout>
  )
}

interface CodeFormProps {
  ticket: string
  method: FactorMethod
  /** Whether this browser is to be trusted, and how one says so. */
  isTrusted: boolean
  trust: ReactNode
  /** What else can be done. `isOver`: nothing but starting again. */
  ways: (isOver: boolean) => ReactNode
}

function CodeForm({ ticket, method, isTrusted, trust, ways }: CodeFormProps) {
  const client = useAuthClient()
  const form = useForm(
    bodySchema,
    (body) => client.loginFactor(isTrusted ? { ...body, trustBrowser: true } : body),
    'leave',
  )
  // What is wanted is known; the heading above need not be read first.
  const { ref } = form.props
  useLayoutEffect(() => ref.current?.querySelector<HTMLElement>('[name="code"]')?.focus(), [ref])
  const isOver = form.failure?.code === 'ticket_expired'

  return (
    <form {...form.props} className={styles.form} aria-label={words.secondStep}>
      <FailureAlert failure={form.failure} />
      <input type="hidden" name="ticket" value={ticket} />
      <input type="hidden" name="method" value={method} />
      <CodeField method={method} error={form.errorOf('code')} />
      {!isOver && trust}
      {!isOver && (
        <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
          {form.isSubmitting ? words.signingIn : words.signIn}
        </Button>
      )}
      {ways(isOver)}
    </form>
  )
}
