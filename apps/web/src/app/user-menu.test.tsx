import { screen } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fakeAuthClient, signedIn } from '../../test/fake-auth-client.ts'
import { renderApp } from '../../test/render-app.tsx'

beforeAll(async () => {
  await Promise.all([import('../features/account/pages.ts'), import('./signed-in-area.tsx')])
})

afterEach(() => {
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

  it('signs out', async () => {
    const { client, user, button } = await openPage()
    await user.click(button)
    await user.click(item('Sign out'))
    expect(client.logout).toHaveBeenCalledOnce()
  })
})
