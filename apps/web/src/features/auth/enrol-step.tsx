import { AuthError } from '@latchkey/auth-client'
import { routes, type TotpEnrolment } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useEffect, useState } from 'react'
import { useRecoveryCodes } from '../../app/recovery-codes.ts'
import { Button } from '../../components/button.tsx'
import { CodeField } from '../../components/code-field.tsx'
import { EnrolmentView } from '../../components/enrolment-view.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/second-step.ts'
import styles from './entrance-form.module.css'

const bodySchema = async () => (await import('@latchkey/contracts/forms')).EnrolBodySchema

interface EnrolStepProps {
  ticket: string
  onStartAgain: () => void
}

/** Whoever has to have a second factor and has none gets one before they come in. */
export function EnrolStep({ ticket, onStartAgain }: EnrolStepProps) {
  const client = useAuthClient()
  const { show } = useRecoveryCodes()
  const [enrolment, setEnrolment] = useState<TotpEnrolment | null>(null)
  const [failure, setFailure] = useState<AuthError | null>(null)
  const form = useForm(
    bodySchema,
    async (body) => {
      const { recoveryCodes } = await client.loginEnrol(body)
      const session = client.getState()
      if (session.status === 'signedIn') show({ userId: session.user.id, codes: recoveryCodes })
    },
    'leave',
  )

  useEffect(() => {
    client.call(routes.loginEnrol, { body: { ticket } }).then(setEnrolment, (error) => {
      if (error instanceof AuthError) setFailure(error)
    })
  }, [client, ticket])

  return (
    <form {...form.props} className={styles.form} aria-label={words.setUp}>
      <FailureAlert failure={failure ?? form.failure} />
      <input type="hidden" name="ticket" value={ticket} />
      {enrolment ? (
        <>
          <EnrolmentView enrolment={enrolment} />
          <CodeField method="totp" error={form.errorOf('code')} />
          <Button type="submit" className={styles.submit} isBusy={form.isSubmitting}>
            {form.isSubmitting ? words.signingIn : words.turnOn}
          </Button>
        </>
      ) : (
        !failure && <Skeleton label={words.loading} count={2} />
      )}
      <div className={styles.ways}>
        <Button variant="quiet" onClick={onStartAgain}>
          {words.startAgain}
        </Button>
      </div>
    </form>
  )
}
