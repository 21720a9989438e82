import type { AuthError } from '@latchkey/auth-client'
import { CodeBodySchema, type Factors, type ReplyOf, routes, type TotpEnrolment } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { KeyboardEvent } from 'react'
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
import { type Say, useNews } from '../../components/use-news.ts'
import { words } from '../../words/en/account.ts'
import { formatDate } from '../../words/formats.ts'
import styles from './account-page.module.css'

const queryKey = ['factors']

/** A second step at sign-in: an authenticator app, and codes for the day it is lost. */
export function TwoStep() {
  const client = useAuthClient()
  const [news, setNews] = useNews()
  const factors = useQuery<ReplyOf<typeof routes.factors>, AuthError>({
    queryKey,
    queryFn: ({ signal }) => client.call(routes.factors, { signal }),
  })

  return (
    <Card title={words.twoStep}>
      <div className={styles.part}>
        <Note>{news}</Note>
        {factors.data ? (
          factors.data.totp ? (
            <On factors={factors.data} since={factors.data.totp.confirmedAt} onNews={setNews} />
          ) : (
            <Off onNews={setNews} />
          )
        ) : factors.isPending ? (
          <ButtonSkeleton label={words.loading}>{words.aboutTwoStep}</ButtonSkeleton>
        ) : (
          <LoadFailure
            failure={factors.error}
            isRetrying={factors.isFetching}
            retry={() => void factors.refetch()}
          />
        )}
      </div>
    </Card>
  )
}

function Off({ onNews }: { onNews: (news: Say | null) => void }) {
  const client = useAuthClient()
  const enrol = useMutation<TotpEnrolment, AuthError>({ mutationFn: () => client.call(routes.enrolTotp) })
  if (enrol.data) return <SetUp enrolment={enrol.data} onCancel={enrol.reset} onNews={onNews} />
  return (
    <>
      <p>{words.aboutTwoStep}</p>
      <FailureAlert failure={enrol.error} />
      <Button
        variant="secondary"
        isBusy={enrol.isPending}
        onClick={() => {
          onNews(null)
          enrol.mutate()
        }}
      >
        {words.setUp}
      </Button>
    </>
  )
}

interface SetUpProps {
  enrolment: TotpEnrolment
  onCancel: () => void
  onNews: (news: Say | null) => void
}

function SetUp({ enrolment, onCancel, onNews }: SetUpProps) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const { user } = useSignedIn()
  const { show } = useRecoveryCodes()
  const form = useForm(
    CodeBodySchema,
    async (body) => {
      const { recoveryCodes } = await client.call(routes.confirmTotp, { body })
      show({ userId: user.id, codes: recoveryCodes })
      onNews(() => words.isOn)
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
      <EnrolmentView enrolment={enrolment} />
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
  onNews: (news: Say | null) => void
}

function On({ factors, since, onNews }: OnProps) {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  const { user } = useSignedIn()
  const { show } = useRecoveryCodes()
  const refresh = () => queryClient.invalidateQueries({ queryKey })
  const renew = useMutation<string[], AuthError>({
    mutationFn: async () => (await client.call(routes.renewRecoveryCodes)).recoveryCodes,
    onSuccess: async (codes) => {
      onNews(() => words.oldCodesGone)
      show({ userId: user.id, codes })
      await refresh()
    },
  })
  const remove = useMutation<void, AuthError>({
    mutationFn: async () => void (await client.call(routes.removeTotp)),
    onSuccess: async () => {
      onNews(() => words.isOff)
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
