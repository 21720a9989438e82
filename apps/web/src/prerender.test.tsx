import { act } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { anonymous, fakeAuthClient } from '../test/fake-auth-client.ts'
import { App } from './app/app.tsx'
import { pageHistory } from './app/page-history.ts'
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
