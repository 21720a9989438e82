import { routes } from '@latchkey/contracts'
import { screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { ada, anonymous, fakeAuthClient, refusal } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

async function openRegister(client = fakeAuthClient(anonymous)) {
  const { user, ...app } = renderApp(client, '/register')
  const username = await screen.findByLabelText('Username')
  const email = screen.getByLabelText('Email')
  const password = screen.getByLabelText('Password')

  async function register(newPassword = 'otter lamp violet') {
    await user.type(username, 'ada')
    await user.type(email, 'ada@example.com')
    await user.type(password, newPassword)
    await user.click(screen.getByRole('button', { name: 'Create account' }))
  }
  return { client, user, username, email, password, register, ...app }
}

describe('the registration form', () => {
  it('makes an account and arrives at the dashboard, signed in', async () => {
    const { client, register, address } = await openRegister()
    await register()
    await screen.findByRole('heading', { name: 'Hello, ada' })
    expect(client.register).toHaveBeenCalledWith({
      username: 'ada',
      email: 'ada@example.com',
      password: 'otter lamp violet',
    })
    expect(address()).toBe('/dashboard')
  })

  it('where addresses are to be confirmed first says to check your email', async () => {
    const { client, user, register, address } = await openRegister()
    client.register.mockResolvedValue({ message: '', user: ada, next: 'confirm_email' })
    await register()
    expect(await screen.findByRole('heading', { name: 'Check your email' })).toBeVisible()
    expect(screen.getByText(/link we sent to ada@example.com/)).toBeVisible()
    expect(address()).toBe('/register')
    await user.click(await screen.findByRole('button', { name: 'Send the email again' }))
    expect(client.call).toHaveBeenCalledWith(routes.resendVerification, { body: { email: ada.email } })

    // A slip is noticed here, and put right without signing up again.
    await user.click(screen.getByRole('button', { name: 'Correct the address' }))
    await user.type(screen.getByLabelText('Right email address'), 'ada@right.example{Enter}')
    expect(await screen.findByText(/the link we sent to ada@right.example/)).toBeVisible()
    expect(client.call).toHaveBeenLastCalledWith(routes.correctEmail, {
      body: { identifier: ada.email, password: 'otter lamp violet', email: 'ada@right.example' },
    })
  })

  it.each([
    ['email_taken', 'Email', /already an account/],
    ['username_taken', 'Username', /taken/],
  ] as const)('shows %s beside the field and goes there', async (code, label, sentence) => {
    const { client, register } = await openRegister()
    client.register.mockRejectedValue(refusal(code, { status: 409 }))
    await register()
    const field = screen.getByLabelText(label)
    expect(field).toHaveAccessibleDescription(sentence)
    expect(field).toHaveFocus()
    expect(screen.getByLabelText('Password')).toHaveValue('otter lamp violet')
  })

  it('offers to sign in with an address that is taken', async () => {
    const { client, user, email, register, address } = await openRegister()
    client.register.mockRejectedValue(refusal('email_taken', { status: 409 }))
    // What is announced is put into what has been there.
    const empty = screen.getAllByRole('status')
    await register()
    const offer = await screen.findByRole('link', { name: 'Sign in with this address' })
    expect(empty).toContain(offer.closest('[role="status"]'))
    await user.type(email, 'x')
    expect(offer).not.toBeInTheDocument()
    await user.type(email, '{Backspace}')
    await user.click(screen.getByRole('link', { name: 'Sign in with this address' }))
    expect(await screen.findByLabelText('Email or username')).toHaveValue('ada@example.com')
    expect(address()).toBe('/login')
  })

  it('shows the server’s complaint about a common password beside the field', async () => {
    const { client, password, register } = await openRegister()
    const errors = [{ path: 'password', message: 'This password is on the lists attackers try first.' }]
    client.register.mockRejectedValue(refusal('validation_failed', { errors }))
    await register('password1')
    expect(password).toHaveAccessibleDescription(/attackers try first/)
    expect(password).toHaveFocus()
  })

  it('shows a complaint about no field of its own as a failure of the whole', async () => {
    const { client, register } = await openRegister()
    const errors = [{ path: 'invitation', message: 'An invitation is needed.' }]
    client.register.mockRejectedValue(refusal('validation_failed', { errors }))
    await register()
    expect(await screen.findByText(/Some of what you entered is not right/)).toBeVisible()
  })

  it('says in words how strong the password is, and knows the name in the other field', async () => {
    const { user, username, password } = await openRegister()
    await user.type(password, 'short')
    expect(screen.getByText('Strength: Too short')).toBeVisible()
    await user.clear(password)
    await user.type(password, 'margaretlovelace')
    expect(screen.getByText('Strength: Good')).toBeVisible()
    await user.type(username, 'margaretlovelace')
    expect(screen.getByText('Strength: Weak')).toBeVisible()
  })

  it('says how long a password has to be as the server asks for it', async () => {
    const client = fakeAuthClient(anonymous)
    client.answer(routes.passwordPolicy, () => ({ minLength: 15, maxLength: 128 }))
    const { user, password } = await openRegister(client)
    expect(await screen.findByText(/At least 15 characters/)).toBeVisible()
    await user.type(password, 'margaretlovela')
    expect(screen.getByText('Strength: Too short')).toBeVisible()
    await user.type(password, 'c')
    expect(screen.queryByText('Strength: Too short')).not.toBeInTheDocument()
  })

  it('says the shortest there is where the server cannot be asked', async () => {
    const client = fakeAuthClient(anonymous)
    client.answer(routes.passwordPolicy, () => {
      throw refusal('internal_error', { status: 500 })
    })
    const { register, address } = await openRegister(client)
    expect(screen.getByText(/At least 8 characters/)).toBeVisible()
    await register()
    await screen.findByRole('heading', { name: 'Hello, ada' })
    expect(address()).toBe('/dashboard')
  })

  it('lets a password be pasted and looked at', async () => {
    const { user, password } = await openRegister()
    await user.click(password)
    await user.paste('otter lamp violet')
    expect(password).toHaveValue('otter lamp violet')
    expect(password).toHaveAttribute('type', 'password')
    const toggle = screen.getByRole('button', { name: 'Show password' })
    expect(toggle).toHaveAttribute('aria-pressed', 'false')
    await user.click(toggle)
    expect(toggle).toHaveAttribute('aria-pressed', 'true')
    expect(password).toHaveAttribute('type', 'text')
  })

  it('says when Caps Lock is on', async () => {
    const { user, password } = await openRegister()
    await user.click(password)
    await user.keyboard('{CapsLock}A')
    expect(screen.getByText('Caps Lock is on.')).toBeVisible()
    await user.keyboard('{CapsLock}a')
    expect(screen.queryByText('Caps Lock is on.')).not.toBeInTheDocument()
  })
})
