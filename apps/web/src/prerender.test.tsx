import { act } from '@testing-library/react'
import { StrictMode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { anonymous, fakeAuthClient } from '../test/fake-auth-client.ts'
import { App } from './app/app.tsx'
import { pageHistory } from './app/page-history.ts'
import { carryOver } from './features/auth/take-over.ts'
import { prerender } from './prerender.tsx'
import { type Language, languages, speakLanguage } from './words/language.ts'

beforeEach(() => vi.stubGlobal('PublicKeyCredential', class {}))

afterEach(async () => {
  document.body.replaceChildren()
  await act(() => speakLanguage('en'))
})

it.each(Object.keys(languages) as Language[])(
  'the page takes over what was prerendered in %s',
  async (language) => {
    const complain = vi.spyOn(console, 'error')
    const made = (await prerender())['/login']?.[language]
    await speakLanguage(language, 'first')
    document.body.innerHTML = `<div id="root" data-prerendered="${language}">${made?.html}</div>`
    const root = document.getElementById('root') as HTMLElement
    const email = root.querySelector<HTMLInputElement>('[name="email"]')
    // Somebody is quicker than the scripts.
    if (email) email.value = 'ada'

    window.history.pushState(null, '', '/login?return=/activity')
    const onRecoverableError = vi.fn()
    const first = { ...pageHistory.location(), search: '' }
    const app = await act(async () =>
      hydrateRoot(
        root,
        <StrictMode>
          <App client={fakeAuthClient(anonymous)} first={first} />
        </StrictMode>,
        { onRecoverableError },
      ),
    )

    expect(document.title).toBe(made?.title)
    expect(root.querySelector('[name="email"]')).toBe(email)
    expect(email).toHaveValue('ada')
    expect(root.querySelector('a[href="/register?return=/activity"]')).toBeVisible()
    expect(root).not.toHaveAttribute('data-prerendered')
    expect(onRecoverableError).not.toHaveBeenCalled()
    expect(complain).not.toHaveBeenCalled()
    act(() => app.unmount())
  },
)

describe('a page that was prerendered in another language and is replaced', () => {
  /** What somebody did to it before. */
  async function replaced() {
    const made = (await prerender())['/login']?.de
    await speakLanguage('en')
    document.body.innerHTML = `<div id="root">${made?.html}</div>`
    const root = document.getElementById('root') as HTMLElement
    const field = (name: string) => root.querySelector(`[name="${name}"]`) as HTMLInputElement
    field('email').value = 'ada@example.com'
    field('password').value = 'correct horse'
    field('email').focus()

    window.history.pushState(null, '', '/login')
    const client = fakeAuthClient(anonymous)
    carryOver(root)
    const app = createRoot(root)
    await act(async () => app.render(<App client={client} />))
    onTestFinished(() => act(() => app.unmount()))
    return { client, field }
  }

  it('leaves what was typed, and the focus, to the one in its place', async () => {
    const { field, client } = await replaced()
    expect(document.title).toMatch(/^Sign in/)
    expect(field('email')).toHaveValue('ada@example.com')
    expect(field('password')).toHaveValue('correct horse')
    expect(field('email')).toHaveFocus()
    expect(client.login).not.toHaveBeenCalled()
  })
})
