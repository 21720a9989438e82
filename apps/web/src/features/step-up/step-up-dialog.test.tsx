import type { StepUpDemand } from '@latchkey/auth-client'
import { type ConfirmationMethod, routes } from '@latchkey/contracts'
import { act, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { anonymous, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

/** The client asks as it does when the server wants to know who this is. */
async function asked(
  methods: ConfirmationMethod[] = ['password'],
  demand: StepUpDemand = { maxAgeSeconds: 600 },
) {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.confirmationMethods, () => ({ methods }))
  const app = renderApp(client, '/account')
  await screen.findByRole('heading', { name: 'Account' })
  const ask = client.onStepUp.mock.calls.at(-1)?.[0]
  if (!ask) throw new Error('nobody can be asked')
  const outcome = { is: 'waiting' }
  await act(async () => {
    void ask(demand).then(
      () => Object.assign(outcome, { is: 'confirmed' }),
      () => Object.assign(outcome, { is: 'declined' }),
    )
  })
  expect(screen.getByRole('dialog')).toBeVisible()
  return { client, outcome, ...app }
}

async function askedForPassword() {
  const open = await asked()
  const field = await screen.findByLabelText('Your password')
  expect(field).toHaveFocus()
  return { ...open, field }
}

it('asks for the password and goes on', async () => {
  const { client, outcome, user } = await askedForPassword()
  await user.keyboard('otter lamp violet{Enter}')
  expect(client.reauthenticate).toHaveBeenCalledExactlyOnceWith({ password: 'otter lamp violet' })
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  expect(outcome.is).toBe('confirmed')
})

it('says beside the field that the password is wrong, and waits for another', async () => {
  const { client, outcome, user, field } = await askedForPassword()
  client.reauthenticate.mockRejectedValueOnce(
    refusal('validation_failed', { errors: [{ path: 'password', message: 'This is not your password.' }] }),
  )
  await user.keyboard('nonsense{Enter}')
  expect(await screen.findByText('This is not your password.')).toBeVisible()
  expect(field).toHaveFocus()
  expect(outcome.is).toBe('waiting')
  await user.clear(field)
  await user.type(field, 'otter lamp violet{Enter}')
  expect(outcome.is).toBe('confirmed')
})

it('says how long to wait after too many', async () => {
  const { client, user } = await askedForPassword()
  client.reauthenticate.mockRejectedValueOnce(refusal('rate_limited', { status: 429, retryAfterSeconds: 60 }))
  await user.keyboard('nonsense{Enter}')
  expect(await screen.findAllByText(/Too many attempts/)).not.toHaveLength(0)
})

it('a question that follows at once has a form of its own', async () => {
  const { client, user } = await askedForPassword()
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  const ask = client.onStepUp.mock.calls.at(-1)?.[0] ?? (async () => undefined)
  const both = vi.fn()
  await act(
    async () =>
      void ask({ maxAgeSeconds: 600 })
        .then(() => ask({ maxAgeSeconds: 60 }))
        .then(both),
  )
  await user.type(await screen.findByLabelText('Your password'), 'otter lamp violet{Enter}')
  const field = await screen.findByLabelText('Your password')
  expect(field).toHaveValue('')
  expect(field).toHaveFocus()
  await user.keyboard('otter lamp violet{Enter}')
  expect(client.reauthenticate).toHaveBeenCalledTimes(2)
  expect(both).toHaveBeenCalled()
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
})

it('is declined by Cancel', async () => {
  const { client, outcome, user } = await askedForPassword()
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  expect(outcome.is).toBe('declined')
  expect(client.reauthenticate).not.toHaveBeenCalled()
})

it('goes away with a session that ends meanwhile', async () => {
  const { client, outcome } = await asked()
  await act(async () => client.become(anonymous))
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  expect(outcome.is).toBe('declined')
})

it('asks for a code where the account has a second factor, or for one that was saved', async () => {
  const { client, outcome, user } = await asked(['totp', 'recovery_code'])
  expect(await screen.findByLabelText('Code from your app')).toHaveFocus()
  expect(screen.queryByLabelText('Your password')).not.toBeInTheDocument()
  client.reauthenticate.mockRejectedValueOnce(refusal('factor_invalid', { status: 401 }))
  await user.keyboard('123456{Enter}')
  expect(await screen.findByText(/not right, or it has been used/)).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Use a recovery code instead' }))
  expect(screen.queryByText(/not right, or it has been used/)).not.toBeInTheDocument()
  await user.type(screen.getByLabelText('Recovery code'), 'abcd-efgh{Enter}')
  expect(client.reauthenticate).toHaveBeenLastCalledWith({ method: 'recovery_code', code: 'abcd-efgh' })
  expect(outcome.is).toBe('confirmed')
})

it('asks for a passkey and no password where a second factor is wanted', async () => {
  const { client, outcome, user } = await asked(['password', 'passkey'], { acr: 'mfa' })
  await user.click(await screen.findByRole('button', { name: 'Use your passkey' }))
  expect(screen.queryByRole('button', { name: /password/ })).not.toBeInTheDocument()
  expect(client.confirmWithPasskey).toHaveBeenCalledOnce()
  expect(outcome.is).toBe('confirmed')
})

it('says where to set up a second factor, where one is wanted and there is none', async () => {
  const { outcome, user } = await asked(['password'], { acr: 'mfa' })
  expect(await screen.findByRole('dialog', { name: 'This needs two-step sign-in' })).toBeVisible()
  expect(screen.queryByLabelText('Your password')).not.toBeInTheDocument()
  const way = screen.getByRole('button', { name: 'Go to your account' })
  expect(way).toHaveFocus()
  await user.click(way)
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  expect(outcome.is).toBe('declined')
  expect(screen.getByRole('heading', { name: 'Account' })).toBeVisible()
})

it('says when it cannot find out what to ask for, and can be closed', async () => {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.confirmationMethods, () => {
    throw refusal('database_unavailable', { status: 503 })
  })
  renderApp(client, '/account')
  await screen.findByRole('heading', { name: 'Account' })
  const outcome = client.onStepUp.mock.calls
    .at(-1)?.[0]({})
    .catch(() => 'declined')
  expect(await screen.findByText(/busy or restarting/)).toBeVisible()
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(await outcome).toBe('declined')
})
