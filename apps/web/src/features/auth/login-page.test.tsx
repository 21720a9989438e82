import { AuthError } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { act, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { anonymous, fakeAuthClient, refusal } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

afterEach(() => vi.useRealTimers())

async function openLogin(address = '/login') {
  const client = fakeAuthClient(anonymous)
  const { user, ...app } = renderApp(client, address)
  const email = await screen.findByLabelText('Email or username')
  const password = screen.getByLabelText('Password')
  const submit = screen.getByRole('button', { name: 'Sign in' })

  async function signIn() {
    await user.type(email, ' ada@example.com ')
    await user.type(password, 'otter lamp violet')
    await user.click(submit)
  }
  return { client, user, email, password, submit, signIn, ...app }
}

describe('the sign-in form', () => {
  it('signs in and goes on to where the visitor was heading', async () => {
    const { client, signIn, address } = await openLogin('/login?return=/dashboard%3Ftab%3Dlog')
    await signIn()
    expect(client.login).toHaveBeenCalledWith({ email: 'ada@example.com', password: 'otter lamp violet' })
    await screen.findByRole('heading', { name: 'Hello, ada' })
    expect(address()).toBe('/dashboard?tab=log')
  })

  it('complains beside the empty fields, goes to the first and asks nobody', async () => {
    const { client, user, email, password, submit } = await openLogin()
    await user.click(submit)
    expect(email).toHaveAccessibleDescription('Enter your email address or username.')
    expect(email).toBeInvalid()
    expect(password).toHaveAccessibleDescription('Enter your password.')
    expect(email).toHaveFocus()
    expect(client.login).not.toHaveBeenCalled()
  })

  it('takes a complaint back while the field is being put right, and checks it again on leaving', async () => {
    const { user, email, submit } = await openLogin()
    await user.click(submit)
    await user.type(email, 'a')
    expect(email).toBeValid()
    await user.clear(email)
    await user.tab()
    expect(email).toBeInvalid()
  })

  it('says that a password was wrong, and keeps what was typed', async () => {
    const { client, email, password, signIn } = await openLogin()
    client.login.mockRejectedValue(refusal('invalid_credentials', { status: 401 }))
    await signIn()
    expect(await screen.findByRole('alert')).toHaveTextContent(/don’t match/)
    expect(email).toHaveValue(' ada@example.com ')
    expect(password).toHaveValue('otter lamp violet')
    expect(client.refresh).not.toHaveBeenCalled()
  })

  it.each([
    [new AuthError('network_error', 'x'), /can’t reach the server/],
    [new AuthError('timeout', 'x'), /too long/],
    [refusal('internal_error', { status: 500 }), /went wrong on the server/],
    [refusal('database_unavailable', { status: 503 }), /busy or restarting/],
  ])('$code: says so and keeps everything typed', async (error, sentence) => {
    const { client, email, password, signIn } = await openLogin()
    client.login.mockRejectedValue(error)
    await signIn()
    expect(await screen.findByText(sentence)).toBeVisible()
    expect(email).toHaveValue(' ada@example.com ')
    expect(password).toHaveValue('otter lamp violet')
  })

  it('counts down the wait after too many attempts', async () => {
    const { client, signIn } = await openLogin()
    client.login.mockRejectedValue(refusal('rate_limited', { status: 429, retryAfterSeconds: 3 }))
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    await signIn()
    expect(await screen.findAllByText('Too many attempts. Try again in 3 seconds.')).not.toHaveLength(0)
    act(() => void vi.advanceTimersByTime(2000))
    expect(screen.getByText('Too many attempts. Try again in 1 second.')).toBeVisible()
    act(() => void vi.advanceTimersByTime(1500))
    expect(screen.getByRole('alert')).toHaveTextContent('You can try again now.')
  })

  it('tells whoever is disabled', async () => {
    const { client, signIn } = await openLogin()
    client.login.mockRejectedValue(refusal('account_disabled', { status: 403 }))
    await signIn()
    expect(await screen.findByText(/disabled by an administrator/)).toBeVisible()
  })

  it('sends the email again to whoever has not confirmed the address', async () => {
    const { client, user, signIn } = await openLogin()
    client.login.mockRejectedValue(refusal('email_not_verified', { status: 403 }))
    await signIn()
    expect(await screen.findByText(/Confirm your email address first/)).toBeVisible()
    await user.click(await screen.findByRole('button', { name: 'Send the email again' }))
    expect(await screen.findByText(/we have sent a new email/)).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.resendVerification, {
      body: { email: 'ada@example.com' },
    })
  })

  it('puts a mistyped address right for whoever has not confirmed it, with the password just typed', async () => {
    const { client, user, signIn } = await openLogin()
    client.login.mockRejectedValue(refusal('email_not_verified', { status: 403 }))
    await signIn()
    await user.click(await screen.findByRole('button', { name: 'Correct the address' }))
    const correct = screen.getByLabelText('Right email address')
    expect(correct).toHaveFocus()
    await user.type(correct, 'nonsense{Enter}')
    expect(correct).toHaveAccessibleDescription(/does not look like an email address/)
    client.answer(routes.correctEmail, () => {
      throw refusal('email_taken', { status: 409 })
    })
    await user.clear(correct)
    await user.type(correct, 'ada@right.example{Enter}')
    expect(await screen.findByText('There is already an account with this email address.')).toBeVisible()
    client.answer(routes.correctEmail, () => ({ message: 'sent' }))
    await user.click(screen.getByRole('button', { name: 'Send the email there' }))
    expect(await screen.findByText(/is now ada@right.example, and we have sent an email there/)).toBeVisible()
    expect(client.call).toHaveBeenLastCalledWith(routes.correctEmail, {
      body: { identifier: 'ada@example.com', password: 'otter lamp violet', email: 'ada@right.example' },
    })
    // And the next mail goes there as well.
    await user.click(screen.getByRole('button', { name: 'Send the email again' }))
    expect(client.call).toHaveBeenLastCalledWith(routes.resendVerification, {
      body: { email: 'ada@right.example' },
    })
  })

  it('leaves the address as it is by Escape', async () => {
    const { client, user, signIn } = await openLogin()
    client.login.mockRejectedValue(refusal('email_not_verified', { status: 403 }))
    await signIn()
    await user.click(await screen.findByRole('button', { name: 'Correct the address' }))
    await user.keyboard('{Escape}')
    expect(screen.getByRole('button', { name: 'Correct the address' })).toHaveFocus()
  })

  it('sends once, however often it is submitted', async () => {
    const { client, user, password, signIn } = await openLogin()
    client.login.mockReturnValue(new Promise(() => undefined))
    await signIn()
    await user.click(screen.getByRole('button', { name: 'Signing in…' }))
    await user.type(password, '{Enter}')
    expect(client.login).toHaveBeenCalledOnce()
  })

  it('tells browsers and password managers what its fields are', async () => {
    const { email, password } = await openLogin()
    expect(email).toHaveAttribute('autocomplete', 'username webauthn')
    expect(email).toHaveAttribute('autocapitalize', 'none')
    expect(password).toHaveAttribute('autocomplete', 'current-password')
  })
})
