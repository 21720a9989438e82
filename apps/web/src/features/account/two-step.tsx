import type { AuthError } from '@latchkey/auth-client'
import { CodeBodySchema, type Factors, type ReplyOf, routes, type TotpEnrolment } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type KeyboardEvent, type RefObject, useRef } from 'react'
import { useRecoveryCodes } from '../../app/recovery-codes.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CodeField } from '../../components/code-field.tsx'
import { ConfirmedButton } from '../../components/confirmed-button.tsx'
import { EnrolmentView } from '../../components/enrolment-view.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { LoadFailure } from '../../components/load-failure.tsx'
import { ButtonSkeleton } from '../../components/skeleton.tsx'
import { useForm } from '../../components/use-form.ts'
import { useInlineStep } from '../../components/use-inline-step.ts'
import { useLoadFailure } from '../../components/use-load-failure.ts'
import { type Say, useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/account.ts'
import { formatDate } from '../../words/formats.ts'
import styles from './account-page.module.css'

const queryKey = ['factors']

/** A second step at sign-in: an authenticator app, and codes for the day it is lost. */
export function TwoStep() {
  const client = useAuthClient()
  const part = useRef<HTMLDivElement>(null)
  const note = useRef<HTMLDivElement>(null)
  const [news, setNews] = useNews()
  const factors = useQuery<ReplyOf<typeof routes.factors>, AuthError>({
    queryKey,
    queryFn: ({ signal }) => client.call(routes.factors, { signal }),
  })
  const failure = useLoadFailure(factors)

  /** What had the focus is about to go, and a dialog that opens now gives it back to what has it now. Whoever is elsewhere stays there. */
  function onDone(what: Say) {
    setNews(what)
    const { activeElement } = document
    if (activeElement === document.body || part.current?.contains(activeElement)) note.current?.focus()
  }

  return (
    <Card title={words.twoStep}>
      <div ref={part} className={styles.part}>
        <Note ref={note}>{news}</Note>
        {factors.data ? (
          factors.data.totp ? (
            <On factors={factors.data} since={factors.data.totp.confirmedAt} onDone={onDone} />
          ) : (
            <Off onStart={() => setNews(null)} onDone={onDone} />
          )
        ) : failure ? (
          <LoadFailure
            failure={failure}
            isRetrying={factors.isFetching}
            retry={() => void factors.refetch()}
          />
        ) : (
          <ButtonSkeleton label={words.loading}>{words.aboutTwoStep}</ButtonSkeleton>
        )}
      </div>
    </Card>
  )
}

interface OffProps {
  onStart: () => void
  onDone: (what: Say) => void
}

function Off({ onStart, onDone }: OffProps) {
  const client = useAuthClient()
  const step = useInlineStep<HTMLDivElement>()
  const enrol = useMutation<TotpEnrolment, AuthError>({ mutationFn: () => client.call(routes.enrolTotp) })
  if (step.isOpen && enrol.data)
    return <SetUp enrolment={enrol.data} start={step.target} onCancel={step.close} onDone={onDone} />
  return (
    <>
      <p>{words.aboutTwoStep}</p>
      <FailureAlert failure={enrol.error} />
      <Button
        ref={step.trigger}
        variant="secondary"
        isBusy={enrol.isPending}
        onClick={() => {
          onStart()
          enrol.mutate(undefined, { onSuccess: step.open })
        }}
      >
        {words.setUp}
      </Button>
    </>
  )
}

interface SetUpProps {
  enrolment: TotpEnrolment
  /** Where one begins: with what comes before the field. */
  start: RefObject<HTMLDivElement | null>
  onCancel: () => void
  onDone: (what: Say) => void
}

function SetUp({ enrolment, start, onCancel, onDone }: SetUpProps) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const { user } = useSignedIn()
  const { show } = useRecoveryCodes()
  const form = useForm(
    CodeBodySchema,
    async (body) => {
      const { recoveryCodes } = await client.call(routes.confirmTotp, { body })
      onDone(() => words.isOn)
      show({ userId: user.id, codes: recoveryCodes })
      await queryClient.invalidateQueries({ queryKey })
    },
    'leave',
  )

  // What has been sent cannot be taken back.
  function cancel() {
    if (!form.isSubmitting) onCancel()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') cancel()
  }

  return (
    <form {...form.props} className={styles.form} onKeyDown={onKeyDown} aria-label={words.setUp}>
      <div ref={start} tabIndex={-1} className={styles.start}>
        <EnrolmentView enrolment={enrolment} />
      </div>
      <FailureAlert failure={form.failure} />
      <CodeField method="totp" error={form.errorOf('code')} />
      <div className={styles.answers}>
        <Button type="submit" isBusy={form.isSubmitting}>
          {words.turnOn}
        </Button>
        <Button variant="secondary" aria-disabled={form.isSubmitting || undefined} onClick={cancel}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}

interface OnProps {
  factors: Factors
  /** ISO 8601. */
  since: string
  onDone: (what: Say) => void
}

function On({ factors, since, onDone }: OnProps) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const { user } = useSignedIn()
  const { show } = useRecoveryCodes()
  const refresh = () => queryClient.invalidateQueries({ queryKey })
  const renew = useMutation<string[], AuthError>({
    mutationFn: async () => (await client.call(routes.renewRecoveryCodes)).recoveryCodes,
    onSuccess: async (codes) => {
      onDone(() => words.oldCodesGone)
      show({ userId: user.id, codes })
      await refresh()
    },
  })
  const remove = useMutation<void, AuthError>({
    mutationFn: async () => void (await client.call(routes.removeTotp)),
    onSuccess: async () => {
      onDone(() => words.isOff)
      await refresh()
    },
  })

  return (
    <>
      <p>
        {words.onSince(formatDate(new Date(since), { dateStyle: 'long' }))}{' '}
        {words.codesLeft(factors.recoveryCodesLeft)}
      </p>
      <FailureAlert failure={renew.error ?? remove.error} />
      <div className={styles.answers}>
        <ConfirmedButton
          question={words.newCodesQuestion}
          confirm={words.makeNewCodes}
          onConfirm={() => renew.mutateAsync()}
        >
          {words.newCodes}
        </ConfirmedButton>
        {!factors.required && (
          <ConfirmedButton
            label={words.turnOffTwoStep}
            question={words.turnOffQuestion}
            confirm={words.turnItOff}
            onConfirm={() => remove.mutateAsync()}
          >
            {words.turnOff}
          </ConfirmedButton>
        )}
      </div>
      {factors.required && <p>{words.roleNeedsIt}</p>}
    </>
  )
}
