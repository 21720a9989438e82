import type { SecondStepMethod } from '@latchkey/contracts'
import { act, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

const ended = { status: 'signedOut', reason: 'ended', code: 'refresh_token_revoked' } as const
const dialog = () => screen.queryByRole('dialog', { name: 'Sign in again' })

async function typing() {
  const client = fakeAuthClient(signedIn())
  const app = renderApp(client, '/account/password')
  await app.user.type(await screen.findByLabelText('Current password'), 'otter lamp')
  return { client, ...app }
}

async function endedWhileTyping() {
  const { client, ...app } = await typing()
  await act(async () => client.become(ended))
  expect(dialog()).toHaveTextContent(/was ended.*What you have typed is still here/)
  return { client, ...app }
}

it('a session that ends while somebody types is opened again in place, and what was typed is there', async () => {
  const { client, user, address } = await endedWhileTyping()
  client.login.mockRejectedValueOnce(refusal('invalid_credentials', { status: 401 }))
  await user.type(screen.getByLabelText('Your password'), 'wrong{Enter}')
  expect(await screen.findByText(/don’t match/)).toBeVisible()
  await user.type(screen.getByLabelText('Your password'), '!{Enter}')
  expect(client.login).toHaveBeenLastCalledWith({ email: 'ada', password: 'wrong!' })
  await waitFor(() => expect(dialog()).not.toBeInTheDocument())
  expect(address()).toBe('/account/password')
  expect(screen.getByLabelText('Current password')).toHaveValue('otter lamp')
})

it('asks for the second factor, too', async () => {
  const { client, user } = await endedWhileTyping()
  client.login.mockResolvedValueOnce({ message: '', ticket: 'ticket', methods: ['totp'], expiresIn: 300 })
  await user.type(screen.getByLabelText('Your password'), 'otter{Enter}')
  const code = await screen.findByLabelText('Code from your app')
  expect(code).toHaveFocus()
  client.loginFactor.mockImplementationOnce(async () => {
    client.become(signedIn({ tokenId: 'token-2' }))
    return ada
  })
  await user.type(code, '123456{Enter}')
  await waitFor(() => expect(dialog()).not.toBeInTheDocument())
  expect(screen.getByLabelText('Current password')).toHaveValue('otter lamp')
})

/** What follows the password. */
const oneMoreStep = (methods: SecondStepMethod[] = ['totp', 'recovery_code']) => ({
  message: '',
  ticket: 'ticket',
  methods,
  expiresIn: 300,
})

it('begins with the password each time that a session ends', async () => {
  const { client, user } = await endedWhileTyping()
  client.login.mockResolvedValueOnce(oneMoreStep())
  await user.type(screen.getByLabelText('Your password'), 'otter{Enter}')
  await user.type(await screen.findByLabelText('Code from your app'), '123456{Enter}')
  await waitFor(() => expect(dialog()).not.toBeInTheDocument())
  await act(async () => client.become(ended))
  expect(screen.getByLabelText('Your password')).toHaveFocus()
  expect(screen.queryByLabelText('Code from your app')).not.toBeInTheDocument()
})

it('goes back to the password when the second step took too long, and nothing that was typed is lost', async () => {
  const { client, user } = await endedWhileTyping()
  client.login.mockResolvedValueOnce(oneMoreStep())
  await user.type(screen.getByLabelText('Your password'), 'otter{Enter}')
  client.loginFactor.mockRejectedValueOnce(refusal('ticket_expired', { status: 401 }))
  await user.type(await screen.findByLabelText('Code from your app'), '123456')
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(await screen.findByText(/This sign-in took too long/)).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Sign in' })).not.toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Start again' })).toHaveFocus()
  await user.keyboard('{Enter}')
  expect(screen.getByLabelText('Your password')).toHaveFocus()
  await user.keyboard('otter{Enter}')
  await waitFor(() => expect(dialog()).not.toBeInTheDocument())
  expect(screen.getByLabelText('Current password')).toHaveValue('otter lamp')
})

it.each([[['totp', 'passkey']], [['passkey']]] as [SecondStepMethod[]][])(
  'goes back to the password when a passkey came too late, with %j',
  async (methods) => {
    vi.stubGlobal('PublicKeyCredential', class {})
    const { client, user } = await endedWhileTyping()
    client.login.mockResolvedValueOnce(oneMoreStep(methods))
    await user.type(screen.getByLabelText('Your password'), 'otter{Enter}')
    client.loginFactorWithPasskey.mockRejectedValueOnce(refusal('ticket_expired', { status: 401 }))
    await screen.findByRole('button', { name: 'Start again' })
    await user.click(screen.getByRole('button', { name: /^Use (a|your) passkey$/ }))
    expect(await screen.findByText(/This sign-in took too long/)).toBeVisible()
    expect(screen.getByRole('button', { name: 'Start again' })).toHaveFocus()
    await user.keyboard('{Enter}')
    expect(screen.getByLabelText('Your password')).toHaveFocus()
  },
)

it('another way of the second step is not marked wrong for the one before', async () => {
  const { client, user } = await endedWhileTyping()
  client.login.mockResolvedValueOnce(oneMoreStep())
  await user.type(screen.getByLabelText('Your password'), 'otter{Enter}')
  client.loginFactor.mockRejectedValueOnce(refusal('factor_invalid', { status: 401 }))
  await user.type(await screen.findByLabelText('Code from your app'), '000000{Enter}')
  expect(await screen.findByText(/not right, or it has been used/)).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Use a recovery code' }))
  expect(screen.getByLabelText('Recovery code')).toHaveFocus()
  expect(screen.getByLabelText('Recovery code')).not.toHaveAttribute('aria-invalid', 'true')
  expect(screen.queryByText(/not right, or it has been used/)).not.toBeInTheDocument()
})

it.each([[['totp', 'passkey']], [['passkey']]] as const)(
  'a passkey does as the second step, with %j',
  async (methods) => {
    vi.stubGlobal('PublicKeyCredential', class {})
    const { client, user } = await endedWhileTyping()
    client.login.mockResolvedValueOnce({
      message: '',
      ticket: 'ticket',
      methods: [...methods],
      expiresIn: 300,
    })
    await user.type(screen.getByLabelText('Your password'), 'otter{Enter}')
    const sentence = 'This passkey was not accepted. Try again, or use another way.'
    client.loginFactorWithPasskey.mockRejectedValueOnce(refusal('passkey_invalid'))
    client.loginFactorWithPasskey.mockImplementationOnce(async () => {
      client.become(signedIn({ tokenId: 'token-2' }))
      return ada
    })
    const button = await screen.findByRole('button', {
      name: methods.length === 1 ? 'Use your passkey' : 'Use a passkey',
    })
    await user.click(button)
    expect(await screen.findByText(sentence)).toBeVisible()
    await user.click(button)
    await waitFor(() => expect(dialog()).not.toBeInTheDocument())
    expect(client.loginFactorWithPasskey).toHaveBeenLastCalledWith({ ticket: 'ticket' })
    expect(screen.getByLabelText('Current password')).toHaveValue('otter lamp')
    vi.unstubAllGlobals()
  },
)

it('whoever turns out to be somebody else leaves the page of the other', async () => {
  const { client, address } = await endedWhileTyping()
  const grace = { ...ada, id: '665f1c2ab7e4a1d3c0ffee02', username: 'grace' }
  await act(async () => client.become(signedIn({ user: grace })))
  expect(await screen.findByRole('heading', { name: 'Hello, grace' })).toBeVisible()
  expect(address()).toBe('/dashboard')
})

it('whoever would rather not is led to the sign-in page, and back from there', async () => {
  const { user, address } = await endedWhileTyping()
  await user.click(screen.getByRole('button', { name: 'Leave this page' }))
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible()
  expect(address()).toBe('/login?return=/account/password')
})

it('a sign-out in another tab ends it, whatever was typed', async () => {
  const { client } = await endedWhileTyping()
  await act(async () => client.become({ status: 'signedOut', reason: 'signedOut' }))
  expect(await screen.findByText('You are signed out.')).toBeVisible()
  expect(dialog()).not.toBeInTheDocument()
})

describe('while it is being found out whose session there is by now', () => {
  const restoring = { status: 'restoring', problem: null } as const
  const waiting = () => screen.queryByRole('dialog', { name: 'Signing you in…' })

  it.each([
    ['after an end', endedWhileTyping],
    ['in a page that another tab has signed in anew', typing],
  ])('the page %s stays behind a veil, and what was typed is there for the same person', async (_, begin) => {
    const { client, user } = await begin()
    await act(async () => client.become(restoring))
    expect(waiting()).toHaveAttribute('data-veiling', 'true')
    expect(dialog()).not.toBeInTheDocument()
    await user.keyboard('{Enter}')
    const problem = refusal('internal_error', { status: 503 })
    await act(async () => client.become({ ...restoring, problem }))
    expect(waiting()).toHaveTextContent('Can’t reach the server. Still trying…')
    await act(async () => client.become(signedIn({ tokenId: 'token-2' })))
    expect(waiting()).not.toBeInTheDocument()
    expect(screen.getByLabelText('Current password')).toHaveValue('otter lamp')
  })

  it('and somebody else is led to a page of their own', async () => {
    const { client, address } = await endedWhileTyping()
    await act(async () => client.become(restoring))
    const grace = { ...ada, id: '665f1c2ab7e4a1d3c0ffee02', username: 'grace' }
    await act(async () => client.become(signedIn({ user: grace })))
    expect(await screen.findByRole('heading', { name: 'Hello, grace' })).toBeVisible()
    expect(address()).toBe('/dashboard')
  })

  it('one may leave', async () => {
    const { client, user } = await endedWhileTyping()
    await act(async () => client.become(restoring))
    await user.click(screen.getByRole('button', { name: 'Leave this page' }))
    expect(screen.queryByLabelText('Current password')).not.toBeInTheDocument()
    expect(await screen.findByText('Signing you in…')).toBeVisible()
  })
})
