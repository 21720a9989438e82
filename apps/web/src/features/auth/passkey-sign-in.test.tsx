import { AuthError } from '@latchkey/auth-client'
import { screen, waitFor } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { ada, anonymous, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

afterEach(() => {
  vi.unstubAllGlobals()
  document.head.querySelector('meta[name="latchkey-passkey-upgrade"]')?.remove()
})

function browserWithPasskeys({ autofill = false } = {}) {
  const isConditionalMediationAvailable = async () => autofill
  vi.stubGlobal('PublicKeyCredential', { isConditionalMediationAvailable })
}

async function openLogin(client = fakeAuthClient(anonymous)) {
  const app = renderApp(client, '/login')
  await screen.findByRole('button', { name: 'Sign in' })
  return { client, ...app }
}

const button = () => screen.getByRole('button', { name: 'Sign in with a passkey' })

it('a passkey signs in by a button, without a name', async () => {
  browserWithPasskeys()
  const { client, user } = await openLogin()
  client.loginWithPasskey.mockImplementation(async () => {
    client.become(signedIn())
    return ada
  })
  await user.click(button())
  await screen.findByRole('heading', { name: 'Hello, ada' })
  expect(client.loginWithPasskey).toHaveBeenCalledWith()
})

it('a browser without passkeys is offered none', async () => {
  const { client } = await openLogin()
  expect(screen.queryByRole('button', { name: 'Sign in with a passkey' })).not.toBeInTheDocument()
  expect(client.loginWithPasskey).not.toHaveBeenCalled()
})

it('a change of mind says that nothing happened, and the password still works', async () => {
  browserWithPasskeys()
  const { client, user } = await openLogin()
  client.loginWithPasskey.mockRejectedValue(new AuthError('passkey_cancelled', 'cancelled'))
  await user.click(button())
  expect(await screen.findByText('No passkey was used. Try again, or use your password.')).toBeVisible()
  expect(button()).toHaveFocus()
  await user.type(screen.getByLabelText('Email or username'), 'ada@example.com')
  await user.type(screen.getByLabelText('Password'), 'otter lamp violet{Enter}')
  await screen.findByRole('heading', { name: 'Hello, ada' })
})

it('passkeys are offered where the name is typed, until somebody is signed in', async () => {
  browserWithPasskeys({ autofill: true })
  const { client, user } = await openLogin()
  expect(screen.getByLabelText('Email or username')).toHaveAttribute('autocomplete', 'username webauthn')
  await waitFor(() => expect(client.loginWithPasskey).toHaveBeenCalledOnce())
  const [offer] = client.loginWithPasskey.mock.calls[0] ?? []
  expect(offer).toMatchObject({ autofill: true })
  await user.type(screen.getByLabelText('Email or username'), 'ada@example.com')
  await user.type(screen.getByLabelText('Password'), 'otter lamp violet{Enter}')
  await screen.findByRole('heading', { name: 'Hello, ada' })
  expect(offer?.signal?.aborted).toBe(true)
})

it('whoever presses the button is offered nothing beside it', async () => {
  browserWithPasskeys({ autofill: true })
  const { client, user } = await openLogin()
  await user.click(button())
  // Longer than the page waits before it makes an offer.
  await new Promise((resolve) => setTimeout(resolve, 400))
  const offers = client.loginWithPasskey.mock.calls.flatMap(([offer]) => offer ?? [])
  expect(offers.filter(({ signal }) => !signal?.aborted)).toEqual([])
  expect(client.loginWithPasskey).toHaveBeenCalledWith()
})

it('an offer that was refused says why and is made again; one that could not be made says nothing', async () => {
  browserWithPasskeys({ autofill: true })
  const client = fakeAuthClient(anonymous)
  client.loginWithPasskey
    .mockRejectedValueOnce(refusal('passkey_unknown', { status: 401 }))
    .mockRejectedValueOnce(new AuthError('network_error', 'offline'))
  await openLogin(client)
  expect(await screen.findByText(/This passkey opens no account here/)).toBeVisible()
  await waitFor(() => expect(client.loginWithPasskey).toHaveBeenCalledTimes(2))
  expect(screen.queryByText(/can’t reach the server/)).not.toBeInTheDocument()
})

it.each([
  ['on', 1],
  ['off', 0],
] as const)('with PASSKEY_UPGRADE=%s a sign-in by password leads to %i passkeys', async (setting, times) => {
  browserWithPasskeys()
  const meta = Object.assign(document.createElement('meta'), {
    name: 'latchkey-passkey-upgrade',
    content: setting,
  })
  document.head.append(meta)
  const { client, user } = await openLogin()
  await user.type(screen.getByLabelText('Email or username'), 'ada@example.com')
  await user.type(screen.getByLabelText('Password'), 'otter lamp violet{Enter}')
  await screen.findByRole('heading', { name: 'Hello, ada' })
  expect(client.upgradeToPasskey).toHaveBeenCalledTimes(times)
})
