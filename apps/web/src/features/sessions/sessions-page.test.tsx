import { AuthError } from '@latchkey/auth-client'
import { type KnownDevice, routes, type Session } from '@latchkey/contracts'
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { inGerman } from '../../../test/in-german.ts'
import { renderApp } from '../../../test/render-app.tsx'

/** What the fake session's access token makes the server's time. */
const serverNow = 1_760_000_000_000
const at = (secondsFromNow: number) => new Date(serverNow + secondsFromNow * 1000).toISOString()

function session(overrides: Partial<Session>): Session {
  return {
    id: 'session-1',
    current: false,
    name: null,
    device: 'Firefox on macOS',
    ip: '192.0.2.7',
    createdAt: at(-3 * 86_400),
    lastUsedAt: at(-300),
    lastDevice: overrides.device ?? 'Firefox on macOS',
    lastIp: overrides.ip ?? '192.0.2.7',
    expiresAt: at(6 * 86_400),
    ...overrides,
  }
}

const here = session({ current: true, lastUsedAt: at(-2) })
const phone = session({ id: 'session-2', name: 'My phone', device: 'Chrome on Android', ip: '2001:db8::9' })
const script = session({ id: 'session-3', device: 'curl' })

const known = (id: string, current: boolean, device: string): KnownDevice => ({
  id,
  current,
  device,
  ip: '192.0.2.7',
  firstSeenAt: at(-86_400),
  lastSeenAt: at(-300),
})

async function openSessions(...sessions: Session[]) {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.sessions, () => ({ sessions }))
  const { user, address } = renderApp(client, '/sessions')
  await screen.findByRole('region', { name: 'This device' })
  await screen.findByRole('region', { name: 'Sign out everywhere' })
  return { client, user, address }
}

const region = (name: string) => within(screen.getByRole('region', { name }))

describe('the sessions page', () => {
  it('tells this device from the others, each in words', async () => {
    await openSessions(here, phone, script)
    expect(region('This device').getByRole('heading', { name: 'Firefox on macOS' })).toBeVisible()
    const others = region('Other devices').getAllByRole('listitem')
    expect(others.map((item) => item.textContent)).toEqual([
      expect.stringMatching(
        /^My phone.*Chrome on Android · 2001:db8::9.*5 minutes ago.*3 days ago.*in 6 days/,
      ),
      expect.stringMatching(/^curl/),
    ])
    expect(screen.getByRole('link', { name: 'Sessions' })).toHaveAttribute('aria-current', 'page')
  })

  it('keeps the exact time for whoever points at it', async () => {
    const { user } = await openSessions(here)
    expect(region('This device').queryByText('3 days ago')).not.toBeVisible()
    await user.click(region('This device').getByText(/^Details/))
    const times = region('This device').getAllByRole('time')
    expect(times.map((time) => time.textContent)).toEqual(['3 days ago', 'just now', 'in 6 days'])
    expect(times[1]).toHaveAttribute('title', expect.stringMatching(/2025 at \d+:\d\d\s[AP]M$/))
    expect(times[1]).toHaveAttribute('datetime', here.lastUsedAt)
  })

  it('gives every button a name of its own, also where devices are alike', async () => {
    const twin = session({ id: 'session-4', ip: '192.0.2.8' })
    const copies = [5, 6].map((at) => session({ id: `session-${at}`, device: 'curl' }))
    await openSessions(here, twin, script, ...copies)
    const names = within(screen.getByRole('main'))
      .getAllByRole('button')
      .map((button) => button.getAttribute('aria-label') ?? button.textContent)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('End the session Firefox on macOS, 192.0.2.8')
    expect(names).toContain('End the session curl, number 3')
  })

  it('shows ten of many, and the rest when asked', async () => {
    const many = Array.from({ length: 30 }, (_, at) => session({ id: `many-${at}`, device: 'curl' }))
    const { user } = await openSessions(here, ...many)
    expect(region('Other devices').getAllByRole('listitem')).toHaveLength(10)
    await user.click(screen.getByRole('button', { name: 'Show all 30 sessions' }))
    expect(region('Other devices').getAllByRole('listitem')).toHaveLength(30)
    expect(screen.getByRole('button', { name: 'Show fewer sessions' })).toHaveFocus()
  })

  it('says which version of a browser, and takes an iPad for none but itself', async () => {
    Object.defineProperty(navigator, 'maxTouchPoints', { value: 5, configurable: true })
    onTestFinished(() => void Reflect.deleteProperty(navigator, 'maxTouchPoints'))
    const safari = { device: 'Safari on macOS', form: 'computer', version: '26' } as const
    await openSessions(session({ ...here, ...safari }), session({ id: 'session-7', ...safari }))
    expect(region('This device').getByText('Safari on iPadOS')).toBeInTheDocument()
    expect(region('Other devices').getByText(/Safari 26 on macOS or on an iPad/)).toBeInTheDocument()
  })

  it('says when there is no other device', async () => {
    await openSessions(here)
    expect(screen.getByText('You are not signed in anywhere else.')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'End all others' })).not.toBeInTheDocument()
  })

  it('says what went wrong when the list cannot be fetched, and tries again', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.sessions, () => {
      throw new AuthError('network_error', 'x')
    })
    const { user } = renderApp(client, '/sessions')
    expect(await screen.findByText(/can’t reach the server/)).toBeVisible()
    let answer = () => {}
    client.answer(
      routes.sessions,
      () =>
        new Promise((resolve) => {
          answer = () => resolve({ sessions: [here] })
        }),
    )
    const again = screen.getByRole('button', { name: 'Try again' })
    await user.click(again)
    // Why is still said, and the button that was pressed has the focus.
    expect(screen.getByText(/can’t reach the server/)).toBeVisible()
    expect(again).toHaveFocus()
    expect(again).toHaveAttribute('aria-disabled', 'true')
    answer()
    expect(await screen.findByText('You are not signed in anywhere else.')).toBeVisible()
  })
})

describe('renaming a session', () => {
  it('shows the new name at once, and gives the focus back', async () => {
    const { client, user } = await openSessions(here, phone)
    client.answer(routes.renameSession, () => new Promise(() => undefined))
    await user.click(screen.getByRole('button', { name: 'Rename My phone' }))
    const field = screen.getByLabelText('Name')
    expect(field).toHaveFocus()
    await user.clear(field)
    await user.type(field, ' Pocket {Enter}')
    expect(await screen.findByRole('heading', { name: 'Pocket' })).toBeVisible()
    expect(screen.getByRole('button', { name: 'Rename Pocket' })).toHaveFocus()
    expect(client.call).toHaveBeenCalledWith(routes.renameSession, {
      params: { id: 'session-2' },
      body: { name: 'Pocket' },
    })
  })

  it('shows the old name again when the server refuses, and why beside it', async () => {
    const { client, user } = await openSessions(here, phone)
    let refuse = () => {}
    client.answer(
      routes.renameSession,
      () =>
        new Promise((_, reject) => {
          refuse = () => reject(refusal('database_unavailable', { status: 503 }))
        }),
    )
    const item = within(region('Other devices').getByRole('listitem'))
    const rename = async () => {
      await user.click(screen.getByRole('button', { name: 'Rename My phone' }))
      await user.type(screen.getByLabelText('Name'), '2{Enter}')
      // A server answers later than the page shows the new name.
      expect(await item.findByRole('heading', { name: 'My phone2' })).toBeVisible()
    }
    await rename()
    refuse()
    expect(await item.findByText(/busy or restarting/)).toBeVisible()
    expect(await item.findByRole('heading', { name: 'My phone' })).toBeVisible()
    await rename()
    expect(client.call.mock.calls.filter(([route]) => route === routes.renameSession)).toHaveLength(2)
  })

  it('shows what the server has where two names were under way at once and neither is taken', async () => {
    const { client, user } = await openSessions(here, phone)
    const refuse: (() => void)[] = []
    client.answer(
      routes.renameSession,
      () =>
        new Promise((_, reject) => {
          refuse.push(() => reject(refusal('database_unavailable', { status: 503 })))
        }),
    )
    const item = within(region('Other devices').getByRole('listitem'))
    for (const name of ['My phone', 'My phone2']) {
      await user.click(screen.getByRole('button', { name: `Rename ${name}` }))
      await user.type(screen.getByLabelText('Name'), '2{Enter}')
      expect(await item.findByRole('heading', { name: `${name}2` })).toBeVisible()
    }
    for (const each of refuse) each()
    expect(await item.findByRole('heading', { name: 'My phone' })).toBeVisible()
  })

  it('is given up by Escape', async () => {
    const { client, user } = await openSessions(here, phone)
    await user.click(screen.getByRole('button', { name: 'Rename My phone' }))
    await user.type(screen.getByLabelText('Name'), 'nonsense{Escape}')
    expect(screen.getByRole('button', { name: 'Rename My phone' })).toHaveFocus()
    expect(client.call).not.toHaveBeenCalledWith(routes.renameSession, expect.anything())
  })

  it('complains about a name that is too long beside the field', async () => {
    const { user } = await openSessions(here)
    await user.click(screen.getByRole('button', { name: 'Rename Firefox on macOS' }))
    await user.click(screen.getByLabelText('Name'))
    await user.paste('x'.repeat(65))
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(screen.getByLabelText('Name')).toHaveAccessibleDescription(
      'A name can have at most 64 characters.',
    )
  })
})

describe('ending a session', () => {
  const endPhone = 'End the session My phone'

  it('asks first, and does nothing when the answer is no', async () => {
    const { client, user } = await openSessions(here, phone)
    await user.click(screen.getByRole('button', { name: endPhone }))
    expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    await user.keyboard('{Escape}')
    expect(screen.getByRole('button', { name: endPhone })).toHaveFocus()
    expect(client.call).not.toHaveBeenCalledWith(routes.revokeSession, expect.anything())
  })

  it('takes it off the list once the server has ended it, and says so', async () => {
    const { client, user } = await openSessions(here, phone, script)
    await user.click(screen.getByRole('button', { name: endPhone }))
    await user.click(screen.getByRole('button', { name: 'End session' }))
    expect(await screen.findByText('The session My phone has ended.')).toBeVisible()
    expect(screen.queryByRole('heading', { name: 'My phone' })).not.toBeInTheDocument()
    expect(screen.getByRole('heading', { name: 'curl' })).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.revokeSession, { params: { id: 'session-2' } })
  })

  it('that is gone already comes to the same', async () => {
    const { client, user } = await openSessions(here, phone)
    client.answer(routes.revokeSession, () => {
      throw refusal('not_found', { status: 404 })
    })
    await user.click(screen.getByRole('button', { name: endPhone }))
    await user.click(screen.getByRole('button', { name: 'End session' }))
    expect(await screen.findByText('You are not signed in anywhere else.')).toBeVisible()
  })

  it('that fails keeps it on the list, and says why beside it', async () => {
    const { client, user } = await openSessions(here, phone)
    client.answer(routes.revokeSession, () => {
      throw new AuthError('network_error', 'x')
    })
    await user.click(screen.getByRole('button', { name: endPhone }))
    await user.click(screen.getByRole('button', { name: 'End session' }))
    const item = within(region('Other devices').getByRole('listitem'))
    expect(await item.findByText(/can’t reach the server/)).toBeVisible()
    expect(item.getByRole('heading', { name: 'My phone' })).toBeVisible()
  })

  it('keeps the focus on the question while it is under way, and gives it back when it failed', async () => {
    const { client, user } = await openSessions(here, phone)
    let fail = () => {}
    client.answer(
      routes.revokeSession,
      () =>
        new Promise<never>((_, reject) => {
          fail = () => reject(new AuthError('network_error', 'x'))
        }),
    )
    await user.click(screen.getByRole('button', { name: endPhone }))
    const question = screen.getByRole('alertdialog', { name: endPhone })
    expect(question).toHaveAccessibleDescription(/End this session\?/)
    await user.tab({ shift: true })
    await user.keyboard('{Enter}')
    expect(within(question).getByRole('button', { name: 'End session' })).toHaveFocus()
    // There is nothing to call back any more.
    await user.keyboard('{Escape}')
    await user.click(within(question).getByRole('button', { name: 'Cancel' }))
    expect(question).toBeVisible()
    fail()
    expect(await screen.findByRole('button', { name: endPhone })).toHaveFocus()
  })

  it('of all others leaves this one', async () => {
    const { client, user } = await openSessions(here, phone, script)
    const asked = () => client.call.mock.calls.filter(([route]) => route === routes.devices).length
    await user.click(screen.getByRole('button', { name: 'End all others' }))
    const before = asked()
    await user.click(screen.getByRole('button', { name: 'End all 2' }))
    expect(await screen.findByText('All other sessions have ended.')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.revokeOtherSessions)
    // With them goes what other browsers were trusted with.
    await waitFor(() => expect(asked()).toBeGreaterThan(before))
    expect(region('This device').getByRole('heading', { name: 'Firefox on macOS' })).toBeVisible()
  })

  it('that is this one signs out', async () => {
    const { client, user, address } = await openSessions(here)
    await user.click(region('This device').getByRole('button', { name: 'Sign out' }))
    expect(client.logout).toHaveBeenCalledOnce()
    expect(address()).toBe('/login')
  })

  it('everywhere asks first, tells the server, and then signs out here', async () => {
    const { client, user } = await openSessions(here, phone)
    const everywhere = region('Sign out everywhere')
    await user.click(everywhere.getByRole('button', { name: 'Sign out everywhere' }))
    expect(client.call).not.toHaveBeenCalledWith(routes.logoutEverywhere)
    await user.click(everywhere.getByRole('button', { name: 'Sign out everywhere' }))
    expect(await screen.findByText('You are signed out.')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.logoutEverywhere)
    expect(client.logout).toHaveBeenCalledOnce()
  })

  it('everywhere stays signed in when the server did not hear of it', async () => {
    const { client, user } = await openSessions(here)
    client.answer(routes.logoutEverywhere, () => {
      throw new AuthError('timeout', 'x')
    })
    const everywhere = region('Sign out everywhere')
    await user.click(everywhere.getByRole('button', { name: 'Sign out everywhere' }))
    await user.click(everywhere.getByRole('button', { name: 'Sign out everywhere' }))
    expect(await everywhere.findByText(/too long to answer/)).toBeVisible()
    expect(client.logout).not.toHaveBeenCalled()
  })

  it('lists the browsers that are known, and forgets one', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.sessions, () => ({ sessions: [here] }))
    client.answer(routes.devices, () => ({
      devices: [known('a', true, 'Firefox on macOS'), known('b', false, 'Chrome on Android')],
    }))
    const { user } = renderApp(client, '/sessions')
    const card = within(await screen.findByRole('region', { name: 'Known browsers' }))
    expect(card.getByRole('heading', { name: 'Firefox on macOS (this browser)' })).toBeVisible()

    await user.click(card.getByRole('button', { name: 'Forget Chrome on Android' }))
    await user.click(card.getByRole('button', { name: 'Forget' }))
    expect(await card.findByText('Chrome on Android has been forgotten.')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.forgetDevice, { params: { id: 'b' } })
    expect(card.queryByRole('heading', { name: 'Chrome on Android' })).toBeNull()
  })

  it('says which browsers sign in without the second step, and stops that', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.sessions, () => ({ sessions: [here] }))
    const trustedUntil = '2025-11-08T12:00:00.000Z'
    client.answer(routes.devices, () => ({
      devices: [
        { ...known('a', true, 'Firefox on macOS'), trustedUntil },
        { ...known('b', false, 'Chrome on Android'), trustedUntil },
        known('c', false, 'curl'),
      ],
    }))
    const { user } = renderApp(client, '/sessions')
    const card = within(await screen.findByRole('region', { name: 'Known browsers' }))
    const until = 'Signs in without your second step until November 8'
    const items = card.getAllByRole('listitem')
    expect(items.map((item) => item.textContent?.includes(until))).toEqual([true, true, false])
    const stop = 'Stop trusting Chrome on Android'

    client.answer(routes.untrustDevice, () => {
      throw new AuthError('network_error', 'x')
    })
    await user.click(card.getByRole('button', { name: stop }))
    await user.click(card.getByRole('button', { name: 'Stop trusting' }))
    expect(await card.findByText(/can’t reach the server/)).toBeVisible()
    expect(items[1]).toHaveTextContent(until)

    // What is said is what went wrong last.
    client.answer(routes.forgetDevice, () => {
      throw new AuthError('timeout', 'x')
    })
    await user.click(card.getByRole('button', { name: 'Forget Chrome on Android' }))
    await user.click(card.getByRole('button', { name: 'Forget' }))
    expect(await card.findByText(/too long to answer/)).toBeVisible()
    await user.click(card.getByRole('button', { name: stop }))
    await user.click(card.getByRole('button', { name: 'Stop trusting' }))
    expect(await card.findByText(/can’t reach the server/)).toBeVisible()

    client.answer(routes.untrustDevice, () => null)
    await user.click(card.getByRole('button', { name: stop }))
    await user.click(card.getByRole('button', { name: 'Stop trusting' }))
    expect(await card.findByText('Chrome on Android is no longer trusted.')).toBeVisible()
    expect(client.call).toHaveBeenLastCalledWith(routes.untrustDevice, { params: { id: 'b' } })
    const after = card.getAllByRole('listitem').map((item) => item.textContent?.includes(until))
    expect(after).toEqual([true, false, false])
    expect(card.queryByRole('button', { name: stop })).toBeNull()
  })
})

describe('the sessions page in German', () => {
  it('names the devices, and says until when one is trusted', async () => {
    await inGerman()
    const client = fakeAuthClient(signedIn())
    const nameless = session({ id: 'session-4', device: 'Unknown device' })
    client.answer(routes.sessions, () => ({ sessions: [{ ...here, version: '131' }, phone, nameless] }))
    const trustedUntil = '2025-11-08T12:00:00.000Z'
    client.answer(routes.devices, () => ({
      devices: [{ ...known('b', false, 'Chrome on Android'), trustedUntil }],
    }))
    const { user } = renderApp(client, '/sessions')
    expect(await screen.findByRole('heading', { name: 'Sitzungen' })).toBeVisible()
    await screen.findByRole('region', { name: 'Überall abmelden' })
    const mine = region('Dieses Gerät')
    expect(mine.getByRole('heading', { name: 'Firefox auf macOS' })).toBeVisible()
    expect(mine.getByText('Firefox 131 auf macOS')).toBeInTheDocument()
    expect(await screen.findByText(/^Bis .*kein zweiter Schritt/)).toHaveTextContent(
      'Bis 8. November ist kein zweiter Schritt nötig',
    )
    await user.click(screen.getByRole('button', { name: 'Sitzung Unbekanntes Gerät beenden' }))
    expect(screen.getByRole('alertdialog')).toHaveTextContent(
      'Diese Sitzung beenden? Unbekanntes Gerät muss sich dann neu anmelden.',
    )
    await user.click(screen.getByRole('button', { name: 'Sitzung beenden' }))
    expect(await screen.findByText('Die Sitzung „Unbekanntes Gerät“ wurde beendet.')).toBeVisible()
  })
})
