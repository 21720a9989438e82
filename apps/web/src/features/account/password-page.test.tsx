import { routes } from '@latchkey/contracts'
import { screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

async function openPassword() {
  const client = fakeAuthClient(signedIn())
  const { user } = renderApp(client, '/account/password')
  const current = await screen.findByLabelText('Current password')

  async function change(newPassword = 'otter lamp violet') {
    await user.type(screen.getByLabelText('Current password'), 'the old one')
    await user.type(screen.getByLabelText('New password'), newPassword)
    await user.click(screen.getByRole('button', { name: 'Change password' }))
  }
  return { client, user, current, change }
}

describe('changing the password', () => {
  it('says beforehand that other sessions end, and afterwards that they have', async () => {
    const { client, change } = await openPassword()
    expect(screen.getByText(/signed out everywhere else/)).toBeVisible()
    client.answer(routes.changePassword, () => ({ message: 'x' }))
    await change()
    expect(await screen.findByText(/You have been signed out everywhere else/)).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.changePassword, {
      body: { currentPassword: 'the old one', newPassword: 'otter lamp violet' },
    })
    expect(screen.getByLabelText('Current password')).toHaveValue('')
    expect(screen.getByLabelText('New password')).toHaveValue('')
  })

  it('shows the server’s complaint beside the field it is about', async () => {
    const { client, change } = await openPassword()
    const errors = [{ path: 'currentPassword', message: 'This is not your current password.' }]
    client.answer(routes.changePassword, () => {
      throw refusal('validation_failed', { errors })
    })
    await change()
    const current = screen.getByLabelText('Current password')
    expect(current).toHaveAccessibleDescription('This is not your current password.')
    expect(current).toHaveFocus()
    expect(screen.getByLabelText('New password')).toHaveValue('otter lamp violet')
  })

  it('checks the new password before it is sent, and rates it', async () => {
    const { client, change } = await openPassword()
    await change('short')
    expect(screen.getByText('Strength: Too short')).toBeVisible()
    expect(screen.getByLabelText('New password')).toHaveAccessibleDescription(/at least 8 characters/)
    expect(client.call).not.toHaveBeenCalledWith(routes.changePassword, expect.anything())
  })

  it('knows that a password made of the person’s own name is weak', async () => {
    const { user } = await openPassword()
    await user.type(screen.getByLabelText('New password'), 'ada@example.com')
    expect(screen.getByText('Strength: Weak')).toBeVisible()
  })

  it('tells password managers what its fields are', async () => {
    const { current } = await openPassword()
    expect(current).toHaveAttribute('autocomplete', 'current-password')
    expect(screen.getByLabelText('New password')).toHaveAttribute('autocomplete', 'new-password')
  })
})
