import { type ActivityEvent, activityKinds, routes } from '@latchkey/contracts'
import { screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeAuthClient, signedIn } from '../../../test/fake-auth-client.ts'
import { inGerman } from '../../../test/in-german.ts'
import { renderApp } from '../../../test/render-app.tsx'

/** What the fake session's access token makes the server's time. */
const serverNow = 1_760_000_000_000

let events = 0

function event(kind: ActivityEvent['kind'], secondsAgo = 60, sessionId: string | null = 'session-1') {
  events += 1
  return {
    id: `event-${events}`,
    kind,
    at: new Date(serverNow - secondsAgo * 1000).toISOString(),
    sessionId,
    ip: '192.0.2.7',
    device: 'Firefox on macOS',
  } satisfies ActivityEvent
}

beforeEach(() => localStorage.clear())
afterEach(() => vi.restoreAllMocks())

function open(address: string, ...events: ActivityEvent[]) {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.activity, () => ({ events }))
  return { client, ...renderApp(client, address) }
}

async function openActivity(...events: ActivityEvent[]) {
  const app = open('/activity', ...events)
  await screen.findAllByRole('article')
  return app
}

describe('recent activity', () => {
  it('stands under its days, newest first', async () => {
    await openActivity(event('signed_out', 60), event('signed_in', 86_400), event('registered', 400 * 86_400))
    const days = screen.getAllByRole('region')
    expect(days.map((day) => within(day).getByRole('heading', { level: 2 }).textContent)).toEqual([
      'Today',
      'Yesterday',
      expect.stringMatching(/, 2024$/),
    ])
  })

  it('names the device of a session that was ended, and the one it was ended from', async () => {
    const ended = { name: 'The cellar', device: 'curl' }
    await openActivity({ ...event('session_revoked'), ended }, event('session_revoked'))
    const [named, old] = screen.getAllByRole('article')
    expect(named).toHaveTextContent('It was on The cellar (curl).')
    expect(named).toHaveTextContent('Ended from Firefox on macOS')
    expect(old).not.toHaveTextContent('It was on')
  })

  it('has words for every kind of event', async () => {
    await openActivity(...activityKinds.map((kind) => event(kind)))
    const titles = screen.getAllByRole('heading', { level: 3 }).map((title) => title.textContent)
    expect(new Set(titles).size).toBe(activityKinds.length)
    for (const title of titles) expect(title).toMatch(/^[A-Z][a-z0-9, -]+$/)
  })

  it.each(['copied_session_refused', 'token_reused', 'failed_sign_ins', 'new_device'] as const)(
    'says what to do about %s',
    async (kind) => {
      const { user } = await openActivity(event(kind))
      const item = within(screen.getByRole('article'))
      if (kind === 'new_device') await user.click(item.getByText('Was this you?'))
      expect(item.getByText(/Please check|Was this you/)).toBeVisible()
      expect(item.getByRole('link', { name: 'Look at your sessions' })).toHaveAttribute('href', '/sessions')
      expect(item.getByRole('link', { name: 'Change your password' })).toHaveAttribute(
        'href',
        '/account/password',
      )
    },
  )

  it('folds what one device did in a row, and unfolds it', async () => {
    const quiet = Array.from({ length: 4 }, () => event('signed_in'))
    const { user } = await openActivity(
      event('signed_out'),
      ...quiet,
      event('new_device'),
      event('signed_in'),
    )
    const fold = screen.getByText('5 events on Firefox on macOS')
    expect(screen.getByText('192.0.2.7 · signed out and signed in')).toBeVisible()
    for (const title of screen.getAllByText('Signed in').slice(0, 4)) expect(title).not.toBeVisible()
    await user.click(fold)
    for (const title of screen.getAllByText('Signed in')) expect(title).toBeVisible()
  })

  it('brings what is older when asked', async () => {
    const client = fakeAuthClient(signedIn())
    client.answer(routes.activity, () => ({ events: [event('signed_in')], next: 'there' }))
    const { user } = renderApp(client, '/activity')
    await screen.findByRole('article')
    client.answer(routes.activity, () => ({ events: [event('registered', 86_400)], next: null }))
    await user.click(screen.getByRole('button', { name: 'Show older activity' }))
    expect(await screen.findByText('Account created')).toBeVisible()
    // The button has gone with the last page, and reading goes on with what it brought.
    expect(screen.getByText('Account created').closest('li')).toHaveFocus()
    expect(screen.getByText('Signed in')).toBeVisible()
    expect(client.call).toHaveBeenLastCalledWith(
      routes.activity,
      expect.objectContaining({ query: { after: 'there' } }),
    )
    expect(screen.queryByRole('button', { name: 'Show older activity' })).not.toBeInTheDocument()
  })

  it('leaves what is harmless without advice', async () => {
    await openActivity(event('signed_in'))
    expect(within(screen.getByRole('article')).queryByRole('link')).not.toBeInTheDocument()
  })

  it('tells one ended session from all of them', async () => {
    await openActivity(event('session_revoked', 60, null), event('session_revoked'))
    expect(screen.getByText('Several sessions ended')).toBeVisible()
    expect(screen.getByText('Session ended')).toBeVisible()
  })
})

describe('the notice on the dashboard', () => {
  const notice = () => screen.findByRole('link', { name: 'See recent activity' })

  async function expectNoNotice(client: ReturnType<typeof open>['client']) {
    await screen.findByRole('heading', { name: 'Hello, ada' })
    await vi.waitFor(() => expect(client.call).toHaveResolved(), { timeout: 60_000 })
    expect(screen.queryByRole('link', { name: 'See recent activity' })).not.toBeInTheDocument()
  }

  it('tells of an alarming event and leads to it; once seen, it is gone', async () => {
    const alarm = event('copied_session_refused', 40)
    const { user, address, goBack, client } = open('/dashboard', event('signed_in', 35), alarm)
    await user.click(await notice())
    await screen.findByText('A copy of your session was refused')
    expect(address()).toBe('/activity')
    await goBack()
    await expectNoNotice(client)
  })

  it('comes back for a newer one', async () => {
    await openActivity(event('token_reused', 60))
    open('/dashboard', event('failed_sign_ins', 30), event('token_reused', 60))
    expect(await screen.findByText(/Many failed sign-ins/)).toBeVisible()
  })

  it('is not there for harmless events', async () => {
    const { client } = open('/dashboard', event('signed_in'), event('new_device'))
    await expectNoNotice(client)
  })

  it('works where the browser keeps nothing', async () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('blocked', 'SecurityError')
    })
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('blocked', 'SecurityError')
    })
    const { user, goBack, client } = open('/dashboard', event('failed_sign_ins', 1))
    await user.click(await notice())
    await screen.findByRole('article')
    await goBack()
    await expectNoNotice(client)
  })
})

describe('recent activity in German', () => {
  it('names the days, the devices and what happened', async () => {
    await inGerman()
    const quiet = { version: '131', device: 'Firefox on macOS' }
    await openActivity(
      event('failed_sign_ins', 30),
      { ...event('signed_out'), ...quiet },
      { ...event('signed_in'), ...quiet },
      { ...event('signed_in'), ...quiet },
      { ...event('session_revoked', 86_400), ended: { name: null, device: 'Unknown device' } },
      event('registered', 400 * 86_400),
    )
    expect(screen.getByRole('heading', { name: 'Letzte Aktivitäten' })).toBeVisible()
    const days = screen.getAllByRole('heading', { level: 2 }).map((day) => day.textContent)
    expect(days).toEqual(['Heute', 'Gestern', expect.stringMatching(/^\d+\. \p{L}+ 2024$/u)])
    expect(screen.getByText('3 Ereignisse: Firefox 131 auf macOS')).toBeVisible()
    expect(screen.getByText('192.0.2.7 · abgemeldet und angemeldet')).toBeVisible()
    expect(screen.getByText('Sie lief auf: Unbekanntes Gerät.')).toBeVisible()
    expect(screen.getByText(/Die Anmeldung ist nicht gelungen/)).toBeVisible()
    expect(screen.getByText('Bitte prüfen')).toBeVisible()
  })

  it('says what a newer server told, as far as it can', async () => {
    await inGerman()
    await openActivity({ ...event('signed_in'), kind: 'moon_landed' as ActivityEvent['kind'] })
    expect(screen.getByText('Neue Art von Ereignis: Moon landed')).toBeVisible()
  })
})
