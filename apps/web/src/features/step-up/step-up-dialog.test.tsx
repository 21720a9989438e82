import { act, screen } from '@testing-library/react'
import { beforeAll, expect, it } from 'vitest'
import { anonymous, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

beforeAll(async () => {
  await Promise.all([import('../account/pages.ts'), import('../../app/signed-in-area.tsx')])
})

/** The client asks as it does when the server wants to know who this is. */
async function asked() {
  const client = fakeAuthClient(signedIn())
  const app = renderApp(client, '/account')
  await screen.findByRole('heading', { name: 'Account' })
  const ask = client.onStepUp.mock.calls.at(-1)?.[0]
  if (!ask) throw new Error('nobody can be asked')
  const outcome = { is: 'waiting' }
  await act(async () => {
    void ask({ maxAgeSeconds: 600 }).then(
      () => Object.assign(outcome, { is: 'confirmed' }),
      () => Object.assign(outcome, { is: 'declined' }),
    )
  })
  expect(screen.getByRole('dialog', { name: 'Confirm it’s you' })).toBeVisible()
  const field = screen.getByLabelText('Your password')
  expect(field).toHaveFocus()
  return { client, outcome, field, ...app }
}

it('asks for the password and goes on', async () => {
  const { client, outcome, user } = await asked()
  await user.keyboard('otter lamp violet{Enter}')
  expect(client.reauthenticate).toHaveBeenCalledExactlyOnceWith({ password: 'otter lamp violet' })
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  expect(outcome.is).toBe('confirmed')
})

it('says beside the field that the password is wrong, and waits for another', async () => {
  const { client, outcome, user, field } = await asked()
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
  const { client, user } = await asked()
  client.reauthenticate.mockRejectedValueOnce(refusal('rate_limited', { status: 429, retryAfterSeconds: 60 }))
  await user.keyboard('nonsense{Enter}')
  expect(await screen.findAllByText(/Too many attempts/)).not.toHaveLength(0)
})

it('is declined by Cancel', async () => {
  const { client, outcome, user } = await asked()
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
