import { AuthError } from '@latchkey/auth-client'
import { type Passkey, routes } from '@latchkey/contracts'
import { act, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { german } from '../../../test/german.ts'
import { inGerman } from '../../../test/in-german.ts'
import { renderApp } from '../../../test/render-app.tsx'
import { speakLanguage } from '../../words/language.ts'

const serverNow = 1_760_000_000_000
const ago = (seconds: number) => new Date(serverNow - seconds * 1000).toISOString()

const phone: Passkey = {
  id: 'cGhvbmU',
  name: 'My phone',
  synced: true,
  createdAt: ago(86_400),
  lastUsedAt: null,
}
const key: Passkey = {
  id: 'a2V5',
  name: 'Blue key',
  synced: false,
  createdAt: ago(900),
  lastUsedAt: ago(300),
}

beforeEach(() => vi.stubGlobal('PublicKeyCredential', {}))
afterEach(() => vi.unstubAllGlobals())

async function openPasskeys(...passkeys: Passkey[]) {
  const client = fakeAuthClient(signedIn())
  const kept = [...passkeys]
  client.answer(routes.passkeys, () => ({
    passkeys: [...kept],
    rpId: 'localhost',
    userHandle: 'aGFuZGxl',
    hasPassword: true,
  }))
  const app = renderApp(client, '/account')
  const section = await screen.findByRole('region', { name: 'Passkeys' })
  await within(section).findByRole('button', { name: /^Add (a|another) passkey$/ })
  return { client, kept, section: within(section), ...app }
}

it('lists them with their names, kinds and last use', async () => {
  const { section } = await openPasskeys(phone, key)
  const [first, second] = section.getAllByRole('listitem')
  if (!first || !second) throw new Error('not both are there')
  expect(within(first).getByRole('heading', { name: 'My phone' })).toBeVisible()
  expect(within(first).getByText('Not yet')).toBeVisible()
  expect(within(first).getByText(/password manager/)).toBeVisible()
  expect(within(second).getByText('5 minutes ago')).toBeVisible()
  expect(within(second).getByText('Stays on one device')).toBeVisible()
})

it('has a device’s name in the language of the page where nobody chose one, also when it has gone', async () => {
  const { client, kept, section, user } = await openPasskeys({ ...phone, name: 'Chrome on Linux' }, key)
  client.answer(routes.removePasskey, () => void kept.shift())
  await act(inGerman)
  expect(section.getByRole('heading', { name: 'Chrome auf Linux' })).toBeVisible()
  await user.click(section.getByRole('button', { name: german.account.removeIt('Chrome auf Linux') }))
  await user.click(section.getByRole('button', { name: german.account.remove }))
  expect(await section.findByText(german.account.passkeyRemoved('Chrome auf Linux'))).toBeVisible()
  await act(async () => void (await speakLanguage('en')))
  expect(section.getByText('Chrome on Linux has been removed.')).toBeVisible()
})

it('adds one, and says what it is called', async () => {
  const { client, kept, section, user } = await openPasskeys()
  client.addPasskey.mockImplementation(async () => {
    kept.push(phone)
    return phone
  })
  await user.click(section.getByRole('button', { name: 'Add a passkey' }))
  expect(await section.findByText('My phone has been added. Sign in with it next time.')).toBeVisible()
  expect(await section.findByRole('heading', { name: 'My phone' })).toBeVisible()
  expect(section.getByRole('button', { name: 'Add another passkey' })).toHaveFocus()
})

it('a change of mind is no failure, and what fails says why', async () => {
  const { client, section, user } = await openPasskeys()
  client.addPasskey.mockRejectedValueOnce(new AuthError('passkey_cancelled', 'cancelled'))
  await user.click(section.getByRole('button', { name: 'Add a passkey' }))
  expect(await section.findByText('No passkey was added.')).toBeVisible()
  client.addPasskey.mockRejectedValueOnce(new AuthError('passkey_exists', 'exists'))
  await user.click(section.getByRole('button', { name: 'Add a passkey' }))
  expect(await section.findByText(/This device already has a passkey for your account/)).toBeVisible()
})

it('renames one by keyboard, and keeps the form with the reason when that fails', async () => {
  const { client, section, user } = await openPasskeys(phone)
  section.getByRole('button', { name: 'Rename My phone' }).focus()
  await user.keyboard('{Enter}')
  const field = section.getByLabelText('Name')
  expect(field).toHaveFocus()
  client.answer(routes.renamePasskey, () => {
    throw refusal('internal_error', { status: 500 })
  })
  await user.clear(field)
  await user.keyboard('Work phone{Enter}')
  expect(await section.findByText(/went wrong on the server/)).toBeVisible()
  expect(field).toHaveValue('Work phone')
  client.answer(routes.renamePasskey, () => ({ passkey: { ...phone, name: 'Work phone' } }))
  await user.keyboard('{Enter}')
  expect(await section.findByRole('heading', { name: 'Work phone' })).toBeVisible()
  expect(section.getByRole('button', { name: 'Rename Work phone' })).toHaveFocus()
  expect(client.call).toHaveBeenLastCalledWith(routes.renamePasskey, {
    params: { id: phone.id },
    body: { name: 'Work phone' },
  })
})

it('removes one after a question, and tells the password manager what is left', async () => {
  const { client, kept, section, user } = await openPasskeys(phone, key)
  client.answer(routes.removePasskey, () => void kept.shift())
  await user.click(section.getByRole('button', { name: 'Remove My phone' }))
  expect(client.call).not.toHaveBeenCalledWith(routes.removePasskey, expect.anything())
  await user.click(section.getByRole('button', { name: 'Remove' }))
  expect(await section.findByText('My phone has been removed.')).toBeVisible()
  expect(section.queryByRole('heading', { name: 'My phone' })).not.toBeInTheDocument()
  expect(client.signalPasskeys).toHaveBeenCalledWith({
    passkeys: [key],
    rpId: 'localhost',
    userHandle: 'aGFuZGxl',
    hasPassword: true,
  })
})

it('the only way in stays, and the page says why', async () => {
  const { client, section, user } = await openPasskeys(phone)
  client.answer(routes.removePasskey, () => {
    throw refusal('last_way_in', { status: 409 })
  })
  await user.click(section.getByRole('button', { name: 'Remove My phone' }))
  await user.click(section.getByRole('button', { name: 'Remove' }))
  expect(await section.findByText(/This is the only way into your account/)).toBeVisible()
  expect(client.signalPasskeys).not.toHaveBeenCalled()
})

it('with a passkey and a proved address the password can go, and its owner reads the way back', async () => {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.me, () => ({ user: { ...ada, emailVerified: true } }))
  const account = { passkeys: [phone], rpId: 'localhost', userHandle: 'aGFuZGxl', hasPassword: true }
  client.answer(routes.passkeys, () => ({ ...account }))
  client.answer(routes.removePassword, () => {
    account.hasPassword = false
    return { message: 'What the page says in words of its own.' }
  })
  const { user } = renderApp(client, '/account')
  await user.click(await screen.findByRole('button', { name: 'Remove your password' }))
  expect(screen.getByText(/a link to ada@example.com lets you choose a new password/)).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Remove password' }))
  expect(await screen.findByText(/^Your password has been removed\./)).toBeVisible()
  expect(await screen.findByText('None: you sign in by passkey')).toBeVisible()
  expect(screen.getByText(/^Your password has been removed\./).closest('[role=status]')).toHaveFocus()
  expect(screen.getByText(/sends a link to ada@example.com/)).toBeVisible()
  expect(screen.getByRole('link', { name: 'Choose one by email' })).toHaveAttribute(
    'href',
    '/forgot-password',
  )
})

it('an account that is deleted leaves none with the password manager', async () => {
  const { client, user } = await openPasskeys(phone)
  await user.click(screen.getByRole('button', { name: 'Delete my account' }))
  await user.click(screen.getByRole('button', { name: 'Delete for good' }))
  await waitFor(() =>
    expect(client.signalPasskeys).toHaveBeenCalledWith({
      passkeys: [],
      rpId: 'localhost',
      userHandle: 'aGFuZGxl',
      hasPassword: true,
    }),
  )
})

it('without either it stays', async () => {
  await openPasskeys(phone)
  expect(screen.queryByRole('button', { name: 'Remove your password' })).not.toBeInTheDocument()
})

it('where there can be none it says so instead of offering one', async () => {
  vi.unstubAllGlobals()
  const client = fakeAuthClient(signedIn())
  renderApp(client, '/account')
  expect(await screen.findByText(/This browser cannot make passkeys/)).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Add a passkey' })).not.toBeInTheDocument()
})
