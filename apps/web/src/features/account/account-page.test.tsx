import { AuthError } from '@latchkey/auth-client'
import { slug } from '@latchkey/brand'
import { routes } from '@latchkey/contracts'
import { cleanup, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { inGerman } from '../../../test/in-german.ts'
import { renderApp } from '../../../test/render-app.tsx'

afterEach(() => vi.unstubAllGlobals())

async function openAccount() {
  const client = fakeAuthClient(signedIn())
  const app = renderApp(client, '/account')
  await screen.findByRole('heading', { name: 'Account' })
  return { client, ...app }
}

describe('the account page', () => {
  it('shows name and address as the database has them, and leads to the password', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.me, () => ({ user: { ...ada, emailVerified: true } }))
    renderApp(client, '/account')
    expect(await screen.findByText('Confirmed')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Send the email again' })).not.toBeInTheDocument()
    expect(screen.getByRole('link', { name: 'Change password' })).toHaveAttribute('href', '/account/password')
    expect(screen.getByRole('link', { name: 'Account' })).toHaveAttribute('aria-current', 'page')
  })

  it('says when the password was last changed, and nothing where nobody kept it', async () => {
    const client = fakeAuthClient(signedIn())
    const threeWeeks = new Date(1_760_000_000_000 - 21 * 86_400_000).toISOString()
    const account = { passkeys: [], rpId: null, userHandle: null, hasPassword: true }
    client.answer(routes.passkeys, () => ({ ...account, passwordChangedAt: threeWeeks }))
    renderApp(client, '/account')
    expect(await screen.findByText('3 weeks ago')).toBeVisible()
    cleanup()
    client.answer(routes.passkeys, () => ({ ...account, passwordChangedAt: null }))
    renderApp(client, '/account')
    expect(await screen.findByText('Known only to you')).toBeVisible()
    expect(screen.queryByText(/Last changed/)).not.toBeInTheDocument()
  })

  it('is red only where something is lost for good', async () => {
    const { user } = await openAccount()
    expect(screen.getByRole('button', { name: 'Delete my account' }).className).toMatch(/grave/)
    expect(screen.getByRole('button', { name: 'Change username' }).className).not.toMatch(/grave|danger/)
    await user.click(screen.getByRole('link', { name: 'Sessions' }))
    await user.click(await screen.findByRole('button', { name: 'Sign out everywhere' }))
    const confirm = within(screen.getByRole('alertdialog')).getByRole('button', {
      name: 'Sign out everywhere',
    })
    expect(confirm.className).not.toMatch(/danger/)
  })

  it('sends the email again while the address is not confirmed', async () => {
    const { client, user } = await openAccount()
    expect(screen.getByText('Not confirmed')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Send the email again' }))
    expect(await screen.findByText(/we have sent a new email/)).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.resendVerification, { body: { email: ada.email } })
  })
})

describe('changing the username', () => {
  it('asks for a new token, so that the name is right everywhere', async () => {
    const { client, user } = await openAccount()
    client.answer(routes.updateMe, () => ({ user: { ...ada, username: 'lovelace' } }))
    await user.click(screen.getByRole('button', { name: 'Change username' }))
    const field = screen.getByLabelText('New username')
    expect(field).toHaveFocus()
    await user.clear(field)
    await user.type(field, 'lovelace')
    await user.keyboard('{Enter}')
    expect(await screen.findByText('Your username is now lovelace.')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.updateMe, { body: { username: 'lovelace' } })
    expect(client.refresh).toHaveBeenCalledOnce()
    expect(screen.getByRole('button', { name: 'Change username' })).toHaveFocus()
  })

  it('says beside the field that it is taken, and is given up by Escape', async () => {
    const { client, user } = await openAccount()
    client.answer(routes.updateMe, () => {
      throw refusal('username_taken', { status: 409 })
    })
    await user.click(screen.getByRole('button', { name: 'Change username' }))
    await user.type(screen.getByLabelText('New username'), '2{Enter}')
    expect(await screen.findByText('This username is taken. Try another.')).toBeVisible()
    await user.keyboard('{Escape}')
    expect(screen.getByRole('button', { name: 'Change username' })).toHaveFocus()
  })
})

describe('changing the username to a name that is not to be had', () => {
  it('says beside the field what is wrong', async () => {
    const { client, user } = await openAccount()
    const message = 'This username is reserved. Choose another.'
    client.answer(routes.updateMe, () => {
      throw refusal('validation_failed', { errors: [{ path: 'username', message }] })
    })
    await user.click(screen.getByRole('button', { name: 'Change username' }))
    await user.type(screen.getByLabelText('New username'), '2{Enter}')
    expect(await screen.findByText(message)).toBeVisible()
    expect(screen.getByLabelText('New username')).toHaveFocus()
    expect(client.refresh).not.toHaveBeenCalled()
  })
})

describe('whoever does not confirm that it is them', () => {
  it('is told that nothing has changed', async () => {
    const { client, user } = await openAccount()
    client.answer(routes.updateMe, () => {
      throw refusal('step_up_required', { status: 401 })
    })
    await user.click(screen.getByRole('button', { name: 'Change username' }))
    await user.type(screen.getByLabelText('New username'), '2{Enter}')
    expect(await screen.findByText(/Nothing has changed/)).toBeVisible()
    expect(screen.getByLabelText('New username')).toHaveValue('ada2')
  })
})

describe('changing the address', () => {
  async function change(
    client: ReturnType<typeof fakeAuthClient>,
    user: ReturnType<typeof renderApp>['user'],
  ) {
    expect(client.call).not.toHaveBeenCalledWith(routes.changeEmail, expect.anything())
    await user.click(screen.getByRole('button', { name: 'Change email' }))
    await user.type(screen.getByLabelText('New email'), 'new@example.com')
    await user.click(screen.getByRole('button', { name: 'Send the email' }))
  }

  it('says that it counts once it is confirmed', async () => {
    const { client, user } = await openAccount()
    await change(client, user)
    expect(
      await screen.findByText(
        /sent an email to new@example.com.*once you confirm it.*it stays ada@example.com/,
      ),
    ).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.changeEmail, {
      body: { email: 'new@example.com' },
    })
  })

  it('still says so after a reload, and can be cancelled', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.me, () => ({ user: ada, pendingEmail: 'new@example.com' }))
    const { user } = renderApp(client, '/account')
    expect(await screen.findByText(/sent an email to new@example.com/)).toBeVisible()
    client.answer(routes.cancelEmail, () => {
      throw new AuthError('network_error', 'x')
    })
    await user.click(screen.getByRole('button', { name: 'Cancel the change' }))
    expect(await screen.findByText(/can’t reach the server/)).toBeVisible()
    expect(screen.getByText(/sent an email to new@example.com/)).toBeVisible()
    client.answer(routes.cancelEmail, () => null)
    await user.click(screen.getByRole('button', { name: 'Cancel the change' }))
    expect(
      await screen.findByText('The change is cancelled. Your address stays ada@example.com.'),
    ).toBeVisible()
    expect(screen.getByText(/^The change is cancelled/).closest('[role=status]')).toHaveFocus()
    expect(screen.queryByText(/sent an email to new@example.com/)).not.toBeInTheDocument()
  })

  it('shows a taken address beside its field', async () => {
    const { client, user } = await openAccount()
    client.answer(routes.changeEmail, () => {
      throw refusal('email_taken', { status: 409 })
    })
    await change(client, user)
    expect(await screen.findByText('There is already an account with this email address.')).toBeVisible()
  })
})

describe('emails in another language than the page', () => {
  async function openAndSwitch() {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.me, () => ({ user: ada, language: 'de' }))
    let finish = () => {}
    client.answer(
      routes.updateMe,
      () =>
        new Promise((resolve) => {
          finish = () => resolve({ user: ada })
        }),
    )
    const { user } = renderApp(client, '/account')
    await user.click(await screen.findByRole('button', { name: 'Get them in English' }))
    return { user, finish: () => finish() }
  }

  it('come in that of the page when asked, and the sentence that says so has the focus', async () => {
    const { finish } = await openAndSwitch()
    finish()
    await waitFor(() => expect(screen.getByText('Emails come in English.')).toHaveFocus())
  })

  it('leave the focus where it is by then', async () => {
    const { user, finish } = await openAndSwitch()
    await user.click(screen.getByRole('button', { name: 'Change username' }))
    finish()
    expect(await screen.findByText('Emails come in English.')).toBeVisible()
    await waitFor(() => expect(screen.queryByRole('button', { name: /^Get them/ })).not.toBeInTheDocument())
    expect(screen.getByLabelText('New username')).toHaveFocus()
  })
})

describe('my data', () => {
  it('comes as a file', async () => {
    vi.stubGlobal(
      'URL',
      class extends URL {
        static override createObjectURL = vi.fn(() => 'blob:x')
        static override revokeObjectURL = vi.fn()
      },
    )
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
    const { client, user } = await openAccount()
    client.answer(routes.exportMe, () => ({ user: ada }))
    await user.click(screen.getByRole('button', { name: 'Download my data' }))
    expect(await screen.findByText(`${slug}-ada.json is in your downloads.`)).toBeVisible()
    expect(click).toHaveBeenCalledOnce()
  })

  it('says when it could not be fetched', async () => {
    const { client, user } = await openAccount()
    client.answer(routes.exportMe, () => {
      throw new AuthError('network_error', 'x')
    })
    await user.click(screen.getByRole('button', { name: 'Download my data' }))
    expect(await screen.findByText(/can’t reach the server/)).toBeVisible()
  })
})

describe('deleting the account', () => {
  async function askToDelete() {
    const opened = await openAccount()
    const card = within(screen.getByRole('region', { name: 'Delete your account' }))
    await opened.user.click(card.getByRole('button', { name: 'Delete my account' }))
    expect(card.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    const confirm = card.getByRole('button', { name: 'Delete for good' })
    return { ...opened, card, confirm }
  }

  it('asks once more, and then says goodbye', async () => {
    const { client, user, address, confirm } = await askToDelete()
    await user.click(confirm)
    expect(await screen.findByText(/Your account and everything.*Goodbye, ada/)).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.deleteMeByPost)
    expect(client.logout).toHaveBeenCalledOnce()
    expect(address()).toBe('/login')
  })

  it('keeps it when that fails, and says why', async () => {
    const { client, user, card, confirm } = await askToDelete()
    client.answer(routes.deleteMeByPost, () => {
      throw refusal('step_up_required', { status: 401 })
    })
    await user.click(confirm)
    expect(await card.findByText(/Nothing has changed/)).toBeVisible()
    expect(client.logout).not.toHaveBeenCalled()
  })

  it('cannot be taken back once it is under way', async () => {
    const { client, user, card, address, confirm } = await askToDelete()
    let finish = () => {}
    client.answer(
      routes.deleteMeByPost,
      () =>
        new Promise<undefined>((resolve) => {
          finish = () => resolve(undefined)
        }),
    )
    await user.click(confirm)
    await user.keyboard('{Escape}')
    await user.click(card.getByRole('button', { name: 'Cancel' }))
    expect(confirm).toBeVisible()
    finish()
    expect(await screen.findByText(/have been deleted/)).toBeVisible()
    expect(address()).toBe('/login')
  })

  it('is given up by Escape', async () => {
    const { client, user } = await askToDelete()
    await user.keyboard('{Escape}')
    expect(screen.getByRole('button', { name: 'Delete my account' })).toHaveFocus()
    expect(client.call).not.toHaveBeenCalledWith(routes.deleteMeByPost)
  })
})

it('speaks German, dates and counts included', async () => {
  await inGerman()
  const client = fakeAuthClient(signedIn())
  client.answer(routes.me, () => ({ user: ada, pendingEmail: 'countess@example.com' }))
  const totp = { confirmedAt: '2025-03-14T12:00:00.000Z' }
  client.answer(routes.factors, () => ({ totp, recoveryCodesLeft: 3, required: false }))
  renderApp(client, '/account')
  expect(await screen.findByRole('heading', { name: 'Konto' })).toBeVisible()
  expect(
    await screen.findByText(/^Eingeschaltet seit 14. März 2025.*3 Wiederherstellungscodes sind noch übrig.$/),
  ).toBeVisible()
  expect(screen.getByText(/an countess@example.com gesendet.*bleibt sie ada@example.com/)).toBeVisible()
  expect(screen.getByRole('button', { name: 'Benutzernamen ändern' })).toBeVisible()
})
