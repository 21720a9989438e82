import { AuthError, type AuthLogEntry } from '@latchkey/auth-client'
import { type ActivityEvent, demoRoutes, routes, type Session } from '@latchkey/contracts'
import { act, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeAuthClient, logEntry, signedIn } from '../../../test/fake-auth-client.ts'
import { renderApp } from '../../../test/render-app.tsx'
import { speakLanguage } from '../../words/language.ts'
import { recordedTheft } from './recorded-theft.ts'

/** What the fake session's access token makes the server's time. */
const serverNow = 1_760_000_000_000
const inDays = (days: number) => new Date(serverNow + days * 86_400_000).toISOString()

const session: Session = {
  id: 'session-1',
  current: true,
  name: null,
  device: 'Firefox on macOS',
  ip: '192.0.2.7',
  createdAt: inDays(-2),
  lastUsedAt: inDays(0),
  lastDevice: 'Firefox on macOS',
  lastIp: '192.0.2.7',
  expiresAt: inDays(7),
  endsAt: inDays(88),
  generation: 4,
  bound: true,
}

const get = { call: 1, line: 'GET /api/protected' }
const post = { call: 2, line: 'POST /api/refresh-token' }
const own = { call: 3, line: 'GET /api/activity' }

/** A refused call, its refresh and its replay, a second between one line and the next. */
const story: AuthLogEntry[] = [
  logEntry(1, 'request', 'GET /api/protected', get),
  logEntry(2, 'response', 'GET /api/protected → 401', { ...get, status: 401 }),
  logEntry(3, 'refresh', 'POST /api/refresh-token', { ...post, generation: 4 }),
  logEntry(4, 'refreshed', 'POST /api/refresh-token → 200', {
    ...post,
    status: 200,
    generation: 5,
    timing: 'rotated;dur=2.8',
  }),
  logEntry(5, 'replay', 'GET /api/protected', get),
  logEntry(6, 'response', 'GET /api/protected → 200', { ...get, status: 200 }),
]

const calls: AuthLogEntry[] = [
  logEntry(7, 'request', 'GET /api/activity', own),
  logEntry(8, 'response', 'GET /api/activity → 200', { ...own, status: 200 }),
]

beforeAll(async () => {
  Element.prototype.scrollIntoView = vi.fn()
  window.matchMedia = vi.fn().mockReturnValue({ matches: true })
})

// The page in production, until a test says otherwise: vitest serves it as Vite does.
beforeEach(() => void vi.stubEnv('DEV', false))
afterEach(async () => {
  await speakLanguage('en')
  vi.unstubAllEnvs()
  document.head.querySelector('meta[name="latchkey-development"]')?.remove()
})

function inDevelopment() {
  const meta = Object.assign(document.createElement('meta'), { name: 'latchkey-development', content: 'on' })
  document.head.append(meta)
}

async function openWindow(shown: Partial<Session> = {}) {
  const client = fakeAuthClient(signedIn())
  client.answer(routes.sessions, () => ({ sessions: [{ ...session, ...shown }] }))
  client.answer(routes.protected, () => {
    client.write(story)
    return {}
  })
  const { user } = renderApp(client, '/dashboard/protocol')
  await screen.findByText(/^in 7 /)
  return { client, user }
}

const region = (name: string) => within(screen.getByRole('region', { name }))
const press = (name: string) => screen.getByRole('button', { name })

describe('the refresh token', () => {
  it('is shown by all but itself', async () => {
    await openWindow()
    const card = region('Your refresh token')
    expect(card.getByText('4')).toBeVisible()
    expect(card.getByText(/replaces it with generation 5/)).toBeVisible()
    expect(card.getByText(/HttpOnly cookie/)).toBeVisible()
    expect(card.getByText(/A key in this browser \(Firefox on macOS\)/)).toBeVisible()
    expect(card.getByText('in 7 days')).toHaveAttribute('datetime', session.expiresAt)
    expect(card.getByText('in 3 months')).toHaveAttribute('datetime', session.endsAt)
  })

  it('moves on with a refresh, without asking the server again', async () => {
    const { client } = await openWindow()
    act(() => client.write(story))
    expect(region('Your refresh token').getByText('5')).toBeVisible()
  })

  it('is said to be bound to nothing where it is', async () => {
    await openWindow({ bound: false })
    expect(region('Your refresh token').getByText(/^Nothing: this browser/)).toBeVisible()
  })
})

describe('the lanes', () => {
  it('show one story as it happened: who said what, how it ended, how long it took, what was stored', async () => {
    const { client } = await openWindow()
    act(() => client.write(story))
    const lanes = region('Requests, newest last')
    expect(lanes.getByRole('heading', { name: 'One call, one refresh' })).toBeVisible()
    expect(
      lanes.getAllByRole('listitem').map(({ textContent }) => textContent?.replace(/\s+/g, ' ')),
    ).toEqual([
      expect.stringContaining('One call, one refresh5.0 s'),
      ' GET /api/protected401 1.0 s',
      ' POST /api/refresh-token200 1.0 sGeneration 4 → 5One atomic update, 2.8 ms',
      ' GET /api/protected again200 1.0 s',
    ])
  })

  it('claim no more of the database than the cookie says where the API says nothing', async () => {
    const { client } = await openWindow()
    const silent = story.map(({ exchange, ...entry }) => {
      const { timing: _, ...said } = exchange ?? { ...get, timing: '' }
      return { ...entry, exchange: said }
    })
    act(() => client.write(silent))
    const lanes = region('Requests, newest last')
    expect(lanes.getByText('4 → 5')).toBeVisible()
    expect(lanes.queryByText(/One atomic update/)).not.toBeInTheDocument()
  })

  it('tell a refresh that moved on from a retry that was answered, and claim nothing of a lost answer', async () => {
    const { client } = await openWindow()
    act(() =>
      client.write([
        logEntry(1, 'refresh', '', { ...post, generation: 4 }),
        logEntry(2, 'response', '', { ...post, status: null, generation: 4 }),
        logEntry(3, 'retry', 'Renewing again in 1 s.'),
        logEntry(4, 'refresh', '', { ...post, call: 3, generation: 4 }),
        logEntry(5, 'refreshed', '', {
          ...post,
          call: 3,
          status: 200,
          generation: 5,
          timing: 'answered;dur=1',
        }),
      ]),
    )
    const lanes = region('Requests, newest last')
    expect(lanes.getByRole('heading', { name: 'A lost answer and its retry' })).toBeVisible()
    expect(lanes.getByText('answer lost')).toBeVisible()
    expect(lanes.getByText('No answer: not known here.')).toBeVisible()
    expect(lanes.getByText('Renewing again in 1 s.')).toBeVisible()
    expect(lanes.getByText(/A retry: same token again/)).toBeVisible()
    expect(lanes.queryByText(/One atomic update/)).not.toBeInTheDocument()
  })

  it('leave the page’s own calls out, unless they are asked for; and are emptied on request', async () => {
    const { client, user } = await openWindow()
    act(() => client.write([...story, ...calls]))
    const lanes = region('Requests, newest last')
    expect(lanes.queryByText('GET /api/activity')).not.toBeInTheDocument()
    await user.click(screen.getByRole('switch', { name: 'The page’s own calls' }))
    expect(lanes.getByText('GET /api/activity')).toBeVisible()
    await user.click(press('Clear the lanes'))
    expect(lanes.queryByRole('listitem')).not.toBeInTheDocument()
    expect(lanes.getByText(/Nothing yet/)).toBeVisible()
  })
})

describe('what one can try', () => {
  it('lets the access token expire, calls, and says what came of it', async () => {
    const { client, user } = await openWindow()
    await user.click(press('Let the access token expire'))
    expect(await screen.findByText(/refreshed once.*generation 4 to 5/)).toBeVisible()
    expect(client.expireAccessToken).toHaveBeenCalledOnce()
  })

  it('shows what was pressed before anything is asked for', async () => {
    const { client, user } = await openWindow()
    const frame = vi.spyOn(window, 'requestAnimationFrame')
    await user.click(press('Let the access token expire'))
    await waitFor(() => expect(client.expireAccessToken).toHaveBeenCalledOnce())
    expect(frame).toHaveBeenCalledBefore(client.expireAccessToken)
  })

  it('says it when the server cannot be reached', async () => {
    const { client, user } = await openWindow()
    client.answer(routes.protected, () => {
      throw new AuthError('network_error', 'The server cannot be reached.')
    })
    await user.click(press('Let the access token expire'))
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent(/reach/))
  })

  it('has a cookie stolen where the server plays along, and shows the verdict, the owner and the alarm', async () => {
    inDevelopment()
    const { client, user } = await openWindow()
    const alarm: ActivityEvent = {
      id: 'event-1',
      kind: 'copied_session_refused',
      at: inDays(0),
      sessionId: session.id,
      ip: '127.0.0.1',
      device: 'Chrome on Linux',
    }
    client.answer(demoRoutes.stealCookie, () => {
      client.answer(routes.activity, () => ({ events: [alarm] }))
      return { ...recordedTheft.verdict, detail: 'The API’s own words.' }
    })
    const thief = region('A thief')
    expect(thief.getByText(/Not tried yet/)).toBeVisible()
    await user.click(press('Steal my cookie'))
    expect(await thief.findByText('403')).toBeVisible()
    expect(thief.getByText('refresh_token_locked')).toBeVisible()
    expect(thief.getByText('“The API’s own words.”')).toBeVisible()
    expect(thief.getByText('No token, no cookie.')).toBeVisible()
    const owner = region('You')
    expect(owner.getByText('4 → 5')).toBeVisible()
    expect(await owner.findByRole('link', { name: 'A copy of your session was refused' })).toBeVisible()
    expect(screen.queryByText('Recorded run')).not.toBeInTheDocument()
    await act(async () => void (await speakLanguage('de')))
    expect(owner.getByText(/Chrome auf Linux/)).toBeVisible()
  })

  it('in production loses and steals nothing, and shows a recording that says so', async () => {
    const { client } = await openWindow()
    expect(screen.queryByRole('button', { name: 'Steal my cookie' })).not.toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'Lose the next answer' })).not.toBeInTheDocument()
    expect(press('Ten calls in two tabs at once')).toBeVisible()
    expect(screen.getByText('Recorded run')).toBeVisible()
    expect(screen.getByText(/This is a recording of a development machine/)).toBeVisible()
    expect(region('A thief').getByText('403')).toBeVisible()
    expect(region('You').getByText('A copy of your session was refused')).toBeVisible()
    expect(region('You').queryByRole('link')).not.toBeInTheDocument()
    expect(client.call).not.toHaveBeenCalledWith(demoRoutes.stealCookie)
  })

  it('does not have a cookie stolen whose copy would work', async () => {
    inDevelopment()
    await openWindow({ bound: false })
    expect(screen.queryByRole('button', { name: 'Steal my cookie' })).not.toBeInTheDocument()
    expect(screen.getByText(/Your session has no key/)).toBeVisible()
  })
})

it('the access token and the client’s own words are there, too', async () => {
  const { client, user } = await openWindow()
  const claims = region('Inside your access token')
  expect(claims.getByText('session-1')).toBeVisible()
  expect(claims.getAllByRole('term')).toHaveLength(16)

  act(() => client.write(story))
  const log = within(screen.getByRole('log'))
  expect(log.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    expect.stringMatching(/Request.*GET \/api\/protected$/),
    expect.stringMatching(/Answer.*401$/),
    expect.stringMatching(/Refresh.*POST/),
    expect.stringMatching(/Refreshed.*200$/),
    expect.stringMatching(/Replay.*protected$/),
    expect.stringMatching(/Answer.*200$/),
  ])
  await user.click(press('Clear the log'))
  expect(log.queryByRole('listitem')).not.toBeInTheDocument()
})

it('is there in German, with the client’s own words marked as English', async () => {
  await speakLanguage('de')
  const { client, user } = await openWindow()
  expect(screen.getByRole('heading', { level: 1, name: 'Wie Sie angemeldet bleiben' })).toBeVisible()
  const card = region('Ihr Refresh-Token')
  expect(card.getByText(/Firefox auf macOS/)).toBeVisible()
  expect(card.getByText('Die nächste Erneuerung ersetzt es durch Generation 5.')).toBeVisible()
  expect(card.getByText('in 7 Tagen').parentElement).toHaveTextContent(
    'Endet in 7 Tagen. Jede Erneuerung schiebt das hinaus.',
  )

  act(() =>
    client.write([
      logEntry(1, 'refresh', '', { ...post, generation: 4 }),
      logEntry(2, 'retry', 'Renewing again in 1 s.'),
    ]),
  )
  const lanes = region('Anfragen, die neueste zuletzt')
  expect(lanes.getByRole('heading', { name: 'Eine Erneuerung' })).toBeVisible()
  expect(lanes.getByText('Renewing again in 1 s.')).toHaveAttribute('lang', 'en')
  expect(within(screen.getByRole('log')).getByText('Renewing again in 1 s.')).toHaveAttribute('lang', 'en')

  await user.click(press('Zugriffstoken ablaufen lassen'))
  expect(await screen.findByText(/^Abgewiesen, .* ging von Generation 4 zu 5 über\.$/)).toBeVisible()
  // What came of it is no sentence of the language that it was found in.
  await act(async () => void (await speakLanguage('en')))
  expect(screen.getByText(/refreshed once.*generation 4 to 5/)).toBeVisible()
})
