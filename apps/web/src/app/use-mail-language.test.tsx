import { routes } from '@latchkey/contracts'
import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { ada, fakeAuthClient, signedIn } from '../../test/fake-auth-client.ts'
import { renderApp } from '../../test/render-app.tsx'
import { speakLanguage } from '../words/language.ts'

afterEach(async () => {
  await speakLanguage('en')
  localStorage.clear()
})

/** The account page of somebody whose mails come in a language. */
async function open(language: string | null | undefined) {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.me, () => ({ user: ada, pendingEmail: null, language }))
  client.answer(routes.updateMe, () => ({ user: ada }))
  const app = renderApp(client, '/account')
  await screen.findByRole('heading', { name: 'Account' })
  const called = (route: unknown) => client.call.mock.calls.filter(([each]) => each === route)
  return { ...app, called }
}

describe('the language of mails', () => {
  it.each(['en', null])('follows the one chosen in this browser, once in a session (%s)', async (before) => {
    localStorage.setItem('latchkey.language', 'de')
    const { called } = await open(before)
    await waitFor(() =>
      expect(called(routes.updateMe)).toEqual([[routes.updateMe, { body: { language: 'de' } }]]),
    )
    await waitFor(() => expect(localStorage.getItem('latchkey.language-told')).not.toBeNull())
    cleanup()
    const again = await open(before)
    await waitFor(() => expect(again.called(routes.me)).toHaveLength(1))
    expect(again.called(routes.updateMe)).toEqual([])
  })

  it.each([
    ['none was chosen here', null, 'de'],
    ['it is the same', 'de', 'de'],
    ['the server does not tell', 'de', undefined],
  ])('stays where %s', async (_, chosen, before) => {
    if (chosen) localStorage.setItem('latchkey.language', chosen)
    const { called } = await open(before)
    // The page's own, and where one was chosen the one that asks.
    await waitFor(() => expect(called(routes.me)).toHaveLength(chosen ? 2 : 1))
    await waitFor(() => expect(localStorage.getItem('latchkey.language-told') !== null).toBe(chosen !== null))
    expect(called(routes.updateMe)).toEqual([])
  })

  it('is told on the account page where it is another than the page’s, and can be changed there', async () => {
    const { user, called } = await open('de')
    expect(await screen.findByText('Emails come in German.')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Get them in English' }))
    await waitFor(() => expect(screen.queryByText('Emails come in German.')).not.toBeInTheDocument())
    expect(called(routes.updateMe)).toEqual([[routes.updateMe, { body: { language: 'en' } }]])
  })
})
