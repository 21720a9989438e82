import { routes } from '@latchkey/contracts'
import { screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../test/fake-auth-client.ts'
import { renderApp } from '../../test/render-app.tsx'
import { words as frame } from '../words/en/frame.ts'
import { speakLanguage } from '../words/language.ts'

afterEach(async () => {
  await speakLanguage('en')
  localStorage.clear()
  delete document.documentElement.dataset.theme
})

async function openPage() {
  const client = fakeAuthClient(signedIn())
  const app = renderApp(client, '/account')
  await screen.findByRole('heading', { name: 'Account' })
  return { client, ...app, button: screen.getByRole('button', { name: 'Menu of ada' }) }
}

const item = (name: string) => screen.getByRole(/Sign/.test(name) ? 'menuitem' : 'menuitemradio', { name })

describe('the menu of the user', () => {
  it('opens and moves by the keyboard, and gives the focus back', async () => {
    const { user, button } = await openPage()
    expect(button).toHaveAttribute('aria-expanded', 'false')
    button.focus()
    await user.keyboard('{Enter}')
    expect(button).toHaveAttribute('aria-expanded', 'true')
    expect(item('System')).toHaveFocus()
    expect(screen.getByRole('menu', { name: 'ada, ada@example.com' })).toBeVisible()
    await user.keyboard('{ArrowUp}')
    expect(item('Sign out')).toHaveFocus()
    await user.keyboard('{ArrowDown}{ArrowDown}')
    expect(item('Light')).toHaveFocus()
    await user.keyboard('{End}{Home}d')
    expect(item('Dark')).toHaveFocus()
    await user.keyboard('{Escape}')
    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
    expect(button).toHaveFocus()
    await user.keyboard('{ArrowUp}')
    expect(item('Sign out')).toHaveFocus()
    await user.tab()
    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
  })

  it('closes when something else is pressed', async () => {
    const { user, button } = await openPage()
    await user.click(button)
    await user.click(screen.getByRole('heading', { name: 'Account' }))
    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
  })

  it('chooses the theme, which this browser keeps, and stays open', async () => {
    const { user, button } = await openPage()
    await user.click(button)
    expect(item('System')).toBeChecked()
    await user.click(item('Dark'))
    expect(document.documentElement.dataset.theme).toBe('dark')
    expect(localStorage.getItem('latchkey.theme')).toBe('dark')
    expect(item('Dark')).toBeChecked()
    await user.keyboard('{Home}{Enter}')
    expect(document.documentElement.dataset.theme).toBeUndefined()
    expect(localStorage.getItem('latchkey.theme')).toBeNull()
  })

  it('chooses the language, in which mails come as well', async () => {
    const { client, user, button } = await openPage()
    client.answer(routes.updateMe, () => ({ user: ada }))
    await user.click(button)
    await user.click(item('Deutsch'))
    await waitFor(() => expect(document.documentElement.lang).toBe('de'))
    expect(client.call).toHaveBeenCalledWith(routes.updateMe, { body: { language: 'de' } })
  })

  it('speaks the language that was chosen also where the server could not be told, and tells it the next one', async () => {
    const { client, user, button } = await openPage()
    client.answer(routes.updateMe, () => {
      throw refusal('database_unavailable', { status: 503 })
    })
    await user.click(button)
    await user.click(item('Deutsch'))
    await waitFor(() => expect(document.documentElement.lang).toBe('de'))
    expect(screen.queryAllByRole('alert').map((alert) => alert.textContent)).not.toContainEqual(
      expect.stringMatching(/./),
    )
    await speakLanguage('en')
    // The menu is still open.
    await user.click(await screen.findByRole('menuitemradio', { name: 'English' }))
    const told = client.call.mock.calls.filter(([route]) => route === routes.updateMe)
    expect(told.map(([, options]) => options)).toEqual([
      { body: { language: 'de' } },
      { body: { language: 'en' } },
    ])
  })

  it('stays in the language it has where the words of another cannot be loaded, says so, and tells nobody', async () => {
    vi.doMock('../words/de/rest.ts', () => {
      throw new Error('offline')
    })
    const { client, user, button } = await openPage()
    await user.click(button)
    expect(item('Deutsch')).toHaveAttribute('lang', 'de')
    expect(item('Dark')).not.toHaveAttribute('lang')
    await user.click(item('Deutsch'))
    expect(await screen.findByText(frame.unreachable)).toBeVisible()
    expect(item('English')).toBeChecked()
    expect(localStorage.getItem('latchkey.language')).toBeNull()
    expect(client.call.mock.calls.filter(([route]) => route === routes.updateMe)).toEqual([])
    vi.doUnmock('../words/de/rest.ts')
  })

  it('signs out', async () => {
    const { client, user, button } = await openPage()
    await user.click(button)
    await user.click(item('Sign out'))
    expect(client.logout).toHaveBeenCalledOnce()
  })
})
