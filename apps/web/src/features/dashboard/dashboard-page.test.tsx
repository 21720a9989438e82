import { routes } from '@latchkey/contracts'
import { act, screen, within } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, logEntry, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'

beforeAll(async () => {
  await import('../../app/signed-in-area.tsx')
  await import('./dashboard-page.tsx')
})

afterEach(() => vi.useRealTimers())

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

  it('explains every claim of the access token', async () => {
    await openDashboard()
    const claims = region('Inside your access token')
    expect(claims.getByText('session-1')).toBeVisible()
    expect(claims.getAllByRole('term')).toHaveLength(15)
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

  it('tells what the client did, and forgets it on request', async () => {
    const { client, user } = await openDashboard()
    act(() =>
      client.write([
        logEntry(1, 'request', 'GET /api/protected'),
        logEntry(2, 'response', 'GET /api/protected → 401'),
        logEntry(3, 'refresh', 'POST /api/refresh-token'),
        logEntry(4, 'replay', 'GET /api/protected again'),
      ]),
    )
    const log = within(screen.getByRole('log'))
    expect(log.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      expect.stringMatching(/Request.*GET \/api\/protected$/),
      expect.stringMatching(/Answer.*401$/),
      expect.stringMatching(/Refresh.*POST/),
      expect.stringMatching(/Replay.*again$/),
    ])
    await user.click(screen.getByRole('button', { name: 'Clear the log' }))
    expect(log.queryByRole('listitem')).not.toBeInTheDocument()
  })
})
