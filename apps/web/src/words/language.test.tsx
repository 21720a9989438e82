import { routes } from '@latchkey/contracts'
import { act, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ada, anonymous, fakeAuthClient, refusal, signedIn } from '../../test/fake-auth-client.ts'
import { german } from '../../test/german.ts'
import { renderApp } from '../../test/render-app.tsx'
import { words } from './en/account.ts'
import { words as frame } from './en/frame.ts'
import { preferredLanguage, speakLanguage } from './language.ts'

const page = document.documentElement

beforeAll(async () => {
  await Promise.all([import('./de/first.ts'), import('./de/rest.ts')])
})

afterEach(async () => {
  vi.doUnmock('./de/rest.ts')
  await act(() => speakLanguage('en'))
})

/** As `main.tsx` begins. */
async function open(address: string, client = fakeAuthClient(anonymous)) {
  await speakLanguage(preferredLanguage())
  return { client, ...renderApp(client, address) }
}

const heading = (name: string) => screen.findByRole('heading', { name })
const choice = (name: string) => screen.getByRole('button', { name })

describe('the language of the page', () => {
  it('is the one that was chosen in this browser', async () => {
    localStorage.setItem('latchkey.language', 'de')
    await open('/login')
    expect(await heading('Anmelden')).toBeVisible()
    expect(screen.getByLabelText('E-Mail-Adresse oder Benutzername')).toBeVisible()
    expect(screen.getByRole('link', { name: 'Passwort vergessen?' })).toBeVisible()
    expect(document.title).toMatch(/^Anmelden · /)
    expect(page.lang).toBe('de')
    expect(page.dir).toBe('ltr')
  })

  it('is otherwise the first of the browser’s that there is', async () => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['fr-CH', 'de-CH', 'en'])
    await open('/login')
    expect(await heading('Anmelden')).toBeVisible()
  })

  it('is chosen before the sign-in and kept; nothing typed is lost, and the focus stays', async () => {
    const { user } = await open('/login')
    await heading('Sign in')
    await user.type(screen.getByLabelText('Email or username'), 'ada')
    expect(choice('English')).toHaveAttribute('aria-pressed', 'true')
    expect(choice('Deutsch')).toHaveAttribute('lang', 'de')

    await user.click(choice('Deutsch'))
    expect(await heading('Anmelden')).toBeVisible()
    expect(choice('Deutsch')).toHaveFocus()
    expect(choice('Deutsch')).toHaveAttribute('aria-pressed', 'true')
    expect(screen.getByLabelText('E-Mail-Adresse oder Benutzername')).toHaveValue('ada')
    expect(page.lang).toBe('de')
    expect(preferredLanguage()).toBe('de')

    await user.click(choice('English'))
    expect(await heading('Sign in')).toBeVisible()
    expect(choice('English')).toHaveFocus()
    expect(page.lang).toBe('en')
    expect(preferredLanguage()).toBe('en')
  })

  it('changes what has gone wrong, too', async () => {
    const { client, user } = await open('/login')
    client.login.mockRejectedValueOnce(refusal('invalid_credentials', { status: 401 }))
    await user.type(await screen.findByLabelText('Email or username'), 'ada')
    await user.type(screen.getByLabelText('Password'), 'otter{Enter}')
    expect(await screen.findByText(/don’t match/)).toBeVisible()
    await user.click(choice('Deutsch'))
    expect(await screen.findByText(/passen nicht zusammen/)).toBeVisible()
  })

  it('changes behind a link from an email, which still works', async () => {
    const { client, user } = await open('/verify-email#token=a-token')
    await heading('Confirm your email address')
    await user.click(choice('Deutsch'))
    await user.click(await screen.findByRole('button', { name: 'Meine Adresse bestätigen' }))
    expect(await heading('Ihre Adresse ist bestätigt')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.verifyEmail, { body: { token: 'a-token' } })
  })

  it('changes in the menu of whoever is signed in, which stays open as it was', async () => {
    const { user } = await open('/account', fakeAuthClient(signedIn()))
    await heading('Account')
    await user.click(screen.getByRole('button', { name: 'Menu of ada' }))
    await user.click(screen.getByRole('menuitemradio', { name: 'Deutsch' }))
    expect(await screen.findByRole('menuitem', { name: 'Abmelden' })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Sitzungen' })).toBeVisible()
    expect(screen.getByRole('menuitemradio', { name: 'Deutsch' })).toHaveFocus()
    await user.keyboard('{Escape}')
    expect(screen.getByRole('button', { name: 'Menü von ada' })).toHaveFocus()
  })

  it('follows the choice in another tab', async () => {
    await open('/login')
    await heading('Sign in')
    localStorage.setItem('latchkey.language', 'de')
    act(() => void dispatchEvent(new StorageEvent('storage', { key: 'latchkey.language', newValue: 'de' })))
    expect(await heading('Anmelden')).toBeVisible()
  })

  it('stays English where the German words cannot be loaded, and all goes on', async () => {
    vi.doMock('./de/rest.ts', () => {
      throw new Error('offline')
    })
    const { client, user } = await open('/login')
    await heading('Sign in')
    await user.click(choice('Deutsch'))
    expect(localStorage.getItem('latchkey.language')).toBeNull()
    expect(await screen.findByText(frame.unreachable)).toBeVisible()
    expect(choice('English')).toHaveAttribute('aria-pressed', 'true')
    expect(page.lang).toBe('en')
    await user.type(screen.getByLabelText('Email or username'), 'ada')
    await user.type(screen.getByLabelText('Password'), 'otter lamp violet{Enter}')
    await waitFor(() => expect(client.login).toHaveBeenCalledOnce())
  })

  it('changes what is wrong with a field, and what the server says of one', async () => {
    const { client, user } = await open('/register')
    await user.type(await screen.findByLabelText('Username'), 'a')
    await user.type(screen.getByLabelText('Email'), 'ada@example.com')
    await user.type(screen.getByLabelText('Password'), 'otter lamp violet{Enter}')
    expect(await screen.findByText('A username needs at least 3 characters.')).toBeVisible()
    await user.click(choice('Deutsch'))
    expect(await screen.findByText('Der Benutzername muss mindestens 3 Zeichen haben.')).toBeVisible()

    client.register.mockRejectedValueOnce(refusal('username_taken', { status: 409 }))
    await user.type(screen.getByLabelText('Benutzername'), 'da{Enter}')
    expect(await screen.findByText(german.errors.byCode.username_taken)).toBeVisible()
    await user.click(choice('English'))
    expect(await screen.findByText(/^This username/)).toBeVisible()
  })

  it('changes what has just happened', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.updateMe, () => ({ user: { ...ada, username: 'lovelace' } }))
    const { user } = await open('/account', client)
    await user.click(await screen.findByRole('button', { name: 'Change username' }))
    await user.clear(screen.getByLabelText('New username'))
    await user.type(screen.getByLabelText('New username'), 'lovelace{Enter}')
    expect(await screen.findByText(words.usernameIsNow('lovelace'))).toBeVisible()
    await act(async () => void (await speakLanguage('de')))
    expect(screen.getByText(german.account.usernameIsNow('lovelace'))).toBeVisible()
  })

  it('changes the note that a page left at the sign-in', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.deleteMeByPost, () => undefined)
    const { user } = await open('/account', client)
    await user.click(await screen.findByRole('button', { name: words.deleteAccount }))
    await user.click(screen.getByRole('button', { name: words.deleteForGood }))
    await waitFor(() => expect(client.logout).toHaveBeenCalledOnce())
    act(() => client.become({ status: 'signedOut', reason: 'signedOut' }))
    expect(await screen.findByText(words.goodbye('ada'))).toBeVisible()
    await user.click(choice('Deutsch'))
    expect(await screen.findByText(german.account.goodbye('ada'))).toBeVisible()
  })

  it('is what was asked for last, whichever words come first', async () => {
    await Promise.all([speakLanguage('de'), speakLanguage('en')])
    expect(page.lang).toBe('en')
  })
})
