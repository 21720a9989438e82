import { routes } from '@latchkey/contracts'
import { act, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'
import { speakLanguage } from '../../words/language.ts'

afterEach(async () => {
  vi.useRealTimers()
  await speakLanguage('en')
})

async function openDashboard(session = signedIn()) {
  const client = fakeAuthClient(session)
  const { user } = renderApp(client, '/dashboard')
  await screen.findByRole('heading', { name: 'Hello, ada' })
  return { client, user }
}

const region = (name: string) => within(screen.getByRole('region', { name }))

describe('the dashboard', () => {
  it('says who is signed in', async () => {
    await openDashboard()
    const profile = region('Signed in as')
    expect(profile.getByText('ada@example.com')).toBeVisible()
    expect(profile.getByText('user')).toBeVisible()
    expect(profile.getByText('March 14, 2025')).toBeVisible()
  })

  it('leads to the window into the protocol, one step away', async () => {
    const { user } = await openDashboard()
    expect(screen.queryByRole('log')).not.toBeInTheDocument()
    await user.click(screen.getByRole('link', { name: 'Try it' }))
    expect(await screen.findByRole('heading', { level: 1, name: 'How you stay signed in' })).toHaveFocus()
    expect(screen.getByRole('link', { name: 'Dashboard' })).toHaveAttribute('aria-current', 'page')
  })

  it('calls the protected endpoint on request only, and shows its answer', async () => {
    const { client, user } = await openDashboard()
    expect(client.call).not.toHaveBeenCalledWith(routes.protected)
    client.answer(routes.protected, () => ({ message: 'Welcome, ada', user: ada }))
    await user.click(screen.getByRole('button', { name: 'Call the protected endpoint' }))
    expect(await screen.findByText('200 OK')).toBeVisible()
    expect(screen.getByText(/"Welcome, ada"/)).toBeVisible()
    expect(screen.getByText(/after \d+ ms/)).toBeVisible()
  })

  it('shows a refusal like any other answer', async () => {
    const { client, user } = await openDashboard()
    client.answer(routes.protected, () => {
      throw refusal('rate_limited', { status: 429, detail: 'Too many requests.' })
    })
    await user.click(screen.getByRole('button', { name: 'Call the protected endpoint' }))
    expect(await screen.findByText('429 refused')).toBeVisible()
    expect(screen.getByText(/"Too many requests."/)).toBeVisible()
  })

  it('expires the access token on request, says what to do next, and that it was renewed', async () => {
    const { client, user } = await openDashboard()
    await user.click(screen.getByRole('button', { name: 'Expire my access token now' }))
    expect(client.expireAccessToken).toHaveBeenCalledOnce()
    expect(screen.getByText(/server now refuses your access token/)).toBeVisible()
    expect(screen.getByRole('timer')).toHaveTextContent('Expired')
    act(() => client.become(signedIn({ tokenId: 'token-2' })))
    expect(screen.getByText(/A new access token has arrived/)).toBeVisible()
    expect(screen.getByRole('timer')).toHaveTextContent('15:00')
  })

  it('counts down to the expiry of the access token', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let remainingMs = 61_000
    const session = signedIn()
    if (session.status === 'signedIn') session.accessToken.remainingMs = () => remainingMs
    await openDashboard(session)
    expect(screen.getByRole('timer')).toHaveTextContent('1:01')
    remainingMs = 59_000
    act(() => void vi.advanceTimersByTime(1000))
    expect(screen.getByRole('timer')).toHaveTextContent('0:59')
    remainingMs = 0
    act(() => void vi.advanceTimersByTime(1000))
    expect(screen.getByRole('timer')).toHaveTextContent('Expired')
  })

  it('is there in German', async () => {
    await speakLanguage('de')
    const client = fakeAuthClient(signedIn())
    client.answer(routes.protected, () => ({ message: 'Welcome, ada', user: ada }))
    const { user } = renderApp(client, '/dashboard')
    expect(await screen.findByRole('heading', { level: 1, name: 'Hallo ada' })).toBeVisible()
    expect(document.title).toMatch(/^Übersicht · /)
    expect(region('Angemeldet als').getByText('14. März 2025')).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Geschützten Endpunkt aufrufen' }))
    expect(await screen.findByText(/^nach \d+ ms$/)).toBeVisible()
  })
})
