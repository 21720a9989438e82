import { brand } from '@latchkey/brand'
import { act, screen, waitFor } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { anonymous, fakeAuthClient, refusal, signedIn } from '../../test/fake-auth-client.ts'
import { renderApp } from '../../test/render-app.tsx'

const loginHeading = () => screen.findByRole('heading', { name: 'Sign in' })
const dashboardHeading = () => screen.findByRole('heading', { name: 'Hello, ada' })

describe('somebody who is not signed in', () => {
  it('is sent from the dashboard to the sign-in page, which remembers the way', async () => {
    const client = fakeAuthClient(anonymous)
    const { address } = renderApp(client, '/dashboard')
    await loginHeading()
    expect(address()).toBe('/login?return=/dashboard')
    expect(client.refresh).not.toHaveBeenCalled()
    expect(document.title).toBe(`Sign in · ${brand.name}`)
  })

  it('starts at the sign-in page', async () => {
    const { address } = renderApp(fakeAuthClient(anonymous), '/')
    await loginHeading()
    expect(address()).toBe('/login')
  })

  it('finds a way on from an address that leads nowhere', async () => {
    renderApp(fakeAuthClient(anonymous), '/no/such/page')
    expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Go to the home page' })).toHaveAttribute('href', '/')
  })
})

describe('somebody who is signed in', () => {
  it.each([
    ['/login', '/dashboard'],
    ['/login?return=/dashboard%3Ftab%3Dlog', '/dashboard?tab=log'],
    ['/login?return=//evil.example', '/dashboard'],
    ['/login?return=https://evil.example', '/dashboard'],
    ['/register', '/dashboard'],
    ['/', '/dashboard'],
  ])('goes on from %s to %s', async (from, to) => {
    const { address } = renderApp(fakeAuthClient(signedIn()), from)
    await dashboardHeading()
    expect(address()).toBe(to)
  })

  it('is told at once, and all the time, when the browser keeps no cookies', async () => {
    const client = fakeAuthClient(signedIn({ isKept: false }))
    const { user } = renderApp(client, '/dashboard')
    await dashboardHeading()
    expect(screen.getByText(/Your browser blocks cookies/)).toBeVisible()
    await user.click(screen.getByRole('link', { name: 'Account' }))
    await screen.findByRole('heading', { name: 'Account' })
    expect(screen.getByText(/Your browser blocks cookies/)).toBeVisible()
    act(() => client.become({ status: 'signedOut', reason: 'notKept' }))
    expect(await screen.findByText(/kept no cookies/)).toBeVisible()
  })

  it('hears of connection trouble, and stays', async () => {
    const client = fakeAuthClient(signedIn())
    renderApp(client, '/dashboard')
    await dashboardHeading()
    act(() => client.become(signedIn({ problem: refusal('overloaded') })))
    expect(screen.getByText('Connection trouble: you are still signed in. Retrying…')).toBeVisible()
    expect(await dashboardHeading()).toBeVisible()
  })
})

describe('while the silent sign-in is under way', () => {
  it.each(['/', '/login', '/dashboard'])('%s shows neither the form nor the dashboard', async (address) => {
    renderApp(fakeAuthClient({ status: 'restoring', problem: null }), address)
    expect(await screen.findByText('Signing you in…')).toBeInTheDocument()
    expect(screen.queryByLabelText('Password')).not.toBeInTheDocument()
    expect(screen.getAllByRole('heading').map(({ textContent }) => textContent)).toEqual([brand.name])
  })

  it('says so when the server cannot be reached, and goes on when it can', async () => {
    const client = fakeAuthClient({ status: 'restoring', problem: refusal('database_unavailable') })
    const { address } = renderApp(client, '/dashboard')
    expect(await screen.findByText('Can’t reach the server. Still trying…')).toBeInTheDocument()
    act(() => client.become(signedIn()))
    await dashboardHeading()
    expect(address()).toBe('/dashboard')
  })
})

describe('signing out', () => {
  it('leads to the sign-in page with a note, and back shows nothing', async () => {
    const client = fakeAuthClient(signedIn())
    const { user, address, goBack } = renderApp(client, '/dashboard')
    await dashboardHeading()
    await user.click(screen.getByRole('button', { name: 'Menu of ada' }))
    await user.click(screen.getByRole('menuitem', { name: 'Sign out' }))
    await loginHeading()
    expect(client.logout).toHaveBeenCalledOnce()
    expect(address()).toBe('/login')
    expect(screen.getByText('You are signed out.')).toBeVisible()
    await goBack()
    expect(screen.queryByText('ada@example.com')).not.toBeInTheDocument()
    expect(await loginHeading()).toBeVisible()
  })

  it('in another tab removes the dashboard in the same moment', async () => {
    const client = fakeAuthClient(signedIn())
    renderApp(client, '/dashboard')
    await dashboardHeading()
    act(() => client.become({ status: 'signedOut', reason: 'signedOut' }))
    expect(screen.queryByText('Hello, ada')).not.toBeInTheDocument()
    expect(await screen.findByText('You are signed out.')).toBeVisible()
  })

  it.each([
    ['refresh_token_expired', /^Your session has expired/],
    ['refresh_token_revoked', /was ended/],
    ['refresh_token_reused', /keep you safe/],
    ['refresh_token_locked', /no longer has the key/],
    ['refresh_token_invalid', /no longer valid/],
  ] as const)('by the verdict %s says why, and keeps the way back', async (code, reason) => {
    const client = fakeAuthClient(signedIn())
    const { address } = renderApp(client, '/dashboard')
    await dashboardHeading()
    act(() => client.become({ status: 'signedOut', reason: 'ended', code }))
    expect(await screen.findByText(reason)).toBeVisible()
    expect(address()).toBe('/login?return=/dashboard')
  })
})

describe('a new page', () => {
  it('takes the focus with its heading', async () => {
    const { user } = renderApp(fakeAuthClient(anonymous), '/login')
    await loginHeading()
    await user.click(screen.getByRole('link', { name: 'Create an account' }))
    const heading = await screen.findByRole('heading', { name: 'Create your account' })
    await waitFor(() => expect(heading).toHaveFocus())
    expect(document.title).toBe(`Create your account · ${brand.name}`)
  })
})
