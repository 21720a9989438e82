import { AuthError } from '@latchkey/auth-client'
import { ResetPasswordBodySchema, routes } from '@latchkey/contracts'
import { useAuthClient, useSession } from '@latchkey/react'
import { useEffect, useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { useEntranceNote } from '../../app/entrance-note.ts'
import { paths } from '../../app/paths.ts'
import { useShortestPassword } from '../../app/use-shortest-password.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { NewPasswordField } from '../../components/new-password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { words } from '../../words/en/recovery.ts'
import formStyles from '../auth/entrance-form.module.css'
import { EntranceLayout } from '../auth/entrance-layout.tsx'
import { DeadLink, type DeadLinkReason, isDeadLink } from './dead-link.tsx'
import styles from './recovery.module.css'
import { SignedInHere } from './signed-in-here.tsx'
import { useLinkToken } from './use-link-token.ts'

export default function ResetPasswordPage() {
  const token = useLinkToken()
  return token === null ? <Dead reason="incomplete" /> : <Reset key={token} token={token} />
}

function Reset({ token }: { token: string }) {
  const client = useAuthClient()
  const session = useSession()
  const navigate = useNavigate()
  const { leave } = useEntranceNote()
  const [dead, setDead] = useState<DeadLinkReason | null>(null)
  const [isDone, setIsDone] = useState(false)

  // Before anybody thinks up a password for nothing. Where it cannot be asked, the form finds out.
  useEffect(() => {
    const leaving = new AbortController()
    client.call(routes.checkResetLink, { body: { token }, signal: leaving.signal }).catch((error) => {
      if (error instanceof AuthError && isDeadLink(error.code)) setDead(error.code)
    })
    return () => leaving.abort()
  }, [client, token])

  async function onReset() {
    // This may have ended the session in this browser; only the server knows.
    if (client.getState().status !== 'signedOut') await client.refresh().catch(() => undefined)
    if (client.getState().status !== 'signedOut') return setIsDone(true)
    leave(() => words.passwordChangedHere)
    await navigate(paths.login, { replace: true })
  }

  if (dead) return <Dead reason={dead} />
  if (isDone) return <DoneBesideSomebody />
  return (
    <EntranceLayout title={words.choosePassword} lead={words.signsOutEverywhere}>
      {session.status === 'signedIn' && <SignedInHere />}
      <ResetForm token={token} onReset={onReset} onDead={setDead} />
    </EntranceLayout>
  )
}

interface ResetFormProps {
  token: string
  onReset: () => Promise<void>
  onDead: (reason: DeadLinkReason) => void
}

function ResetForm({ token, onReset, onDead }: ResetFormProps) {
  const client = useAuthClient()
  const shortest = useShortestPassword()
  const schema = {
    safeParse: (values: unknown) => ResetPasswordBodySchema.safeParse(Object.assign({ token }, values)),
  }
  const form = useForm(
    schema,
    async (body) => {
      try {
        await client.call(routes.resetPassword, { body })
      } catch (error) {
        if (error instanceof AuthError && isDeadLink(error.code)) return onDead(error.code)
        throw error
      }
      await onReset()
    },
    'leave',
  )

  return (
    <form {...form.props} className={formStyles.form} aria-label={words.choosePassword}>
      <FailureAlert failure={form.failure} />
      <NewPasswordField
        label={words.newPassword}
        name="password"
        shortest={shortest}
        error={form.errorOf('password')}
      />
      <Button type="submit" className={formStyles.submit} isBusy={form.isSubmitting}>
        {form.isSubmitting ? words.changingPassword : words.changePassword}
      </Button>
    </form>
  )
}

function DoneBesideSomebody() {
  return (
    <EntranceLayout key="done" title={words.passwordChanged} lead={words.accountSignedOut}>
      <div className={styles.content}>
        <SignedInHere />
        <p className={styles.next}>
          <Link to={paths.dashboard}>{words.continueHere}</Link>
        </p>
      </div>
    </EntranceLayout>
  )
}

function Dead({ reason }: { reason: DeadLinkReason }) {
  return (
    <DeadLink reason={reason}>
      {reason === 'token_used' && <p>{words.signInWithChosen}</p>}
      <p className={styles.next}>
        <Link to={paths.forgotPassword}>{words.askForNewLink}</Link>
        <Link to={paths.login}>{words.signIn}</Link>
      </p>
    </DeadLink>
  )
}
