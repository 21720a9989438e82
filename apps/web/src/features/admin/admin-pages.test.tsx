import { AuthError } from '@latchkey/auth-client'
import { type ManagedUser, type Role, routes, type Session, type UserList } from '@latchkey/contracts'
import { act, render, screen, waitFor, within } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { ada, fakeAuthClient, refusal, signedIn } from '../../../test/fake-auth-client.ts'
import { inGerman } from '../../../test/in-german.ts'
import { renderApp } from '../../../test/render-app.tsx'
import { OwnRoles } from './user-access.tsx'

const boss = {
  ...ada,
  id: 'boss',
  username: 'grace',
  email: 'grace@example.com',
  roles: ['user' as const, 'admin' as const],
}
const managed = (overrides: Partial<ManagedUser> = {}): ManagedUser => ({
  ...ada,
  disabled: false,
  sessionCount: 2,
  lastSeenAt: '2025-10-09T08:00:00.000Z',
  ...overrides,
})
const listed = (users: ManagedUser[], more: Partial<UserList> = {}): UserList => ({
  users,
  total: { count: users.length, isMore: false },
  next: null,
  previous: null,
  ...more,
})
const session = (id: string, device: string): Session => ({
  id,
  current: false,
  name: null,
  device,
  ip: '192.0.2.7',
  createdAt: '2025-10-09T08:00:00.000Z',
  lastUsedAt: '2025-10-09T08:30:00.000Z',
  lastDevice: 'Firefox on macOS',
  lastIp: '192.0.2.7',
  expiresAt: '2025-10-16T08:00:00.000Z',
})

function asAdmin() {
  const client = fakeAuthClient(signedIn({ user: boss }))
  client.answer(routes.findUsers, () => listed([managed(), managed({ ...boss, sessionCount: 1 })]))
  client.answer(routes.inspectUser, () => ({
    user: managed(),
    sessions: [session('s1', 'Firefox on macOS'), session('s2', 'curl')],
  }))
  return client
}

describe('finding users', () => {
  it('leads whoever has no second factor to where one is set up, where the role needs one', async () => {
    const client = asAdmin()
    client.answer(routes.findUsers, async () => {
      // Not Testing Library's, which looks for updates outside of act() again when it is done: the test is waiting, too.
      await vi.waitFor(() => expect(client.onStepUp).toHaveBeenCalled(), { timeout: 60_000 })
      await client.onStepUp.mock.calls
        .at(-1)?.[0]({ acr: 'mfa' })
        .catch(() => {})
      throw refusal('step_up_required', { status: 401 })
    })
    const { user } = renderApp(client, '/admin')
    await screen.findByRole('dialog', { name: 'This needs two-step sign-in' })
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(await screen.findByText(/confirm that it’s you/)).toBeVisible()
    // Coming back to the window is no wish to be asked again.
    await act(async () => window.dispatchEvent(new Event('visibilitychange')))
    expect(client.call.mock.calls.filter(([route]) => route === routes.findUsers)).toHaveLength(1)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await user.click(await screen.findByRole('button', { name: 'Go to your account' }))
    expect(await screen.findByRole('heading', { name: 'Account' })).toBeVisible()
  })

  it.each(['/admin', '/admin/users/1'])(
    'at %s is for administrators, and unknown to others',
    async (address) => {
      const client = fakeAuthClient(signedIn())
      renderApp(client, address)
      expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeVisible()
      expect(client.call).not.toHaveBeenCalledWith(routes.findUsers, expect.anything())
    },
  )

  it('has an entry in the navigation of administrators only', async () => {
    renderApp(fakeAuthClient(signedIn()), '/account')
    await screen.findByRole('link', { name: 'Account' })
    expect(screen.queryByRole('link', { name: 'Users' })).not.toBeInTheDocument()
  })

  it('lists the newest first, with their state and how many there are', async () => {
    renderApp(asAdmin(), '/admin')
    const list = within(await screen.findByRole('region', { name: 'All users' }))
    const rows = (await list.findAllByRole('row')).map((row) => row.textContent)
    expect(rows).toEqual([
      expect.stringMatching(/^User.*Last seen.*Joined↓Sessions$/),
      expect.stringMatching(/^adaNot confirmedada@example.com.*2$/),
      expect.stringMatching(/^graceAdministrator.*1$/),
    ])
    expect(list.getByRole('status')).toHaveTextContent('2 users')
    expect(screen.getByRole('link', { name: 'Users' })).toHaveAttribute('aria-current', 'page')
  })

  it('sorts, filters and turns pages by links, so that Back takes it back', async () => {
    const client = asAdmin()
    client.answer(routes.findUsers, () => listed([managed()], { next: 'n1', previous: 'p1' }))
    const { user, address } = renderApp(client, '/admin?q=ada')
    await user.click(await screen.findByRole('link', { name: 'Last seen' }))
    expect(address()).toBe('/admin?q=ada&sort=-lastSeen')
    expect(await screen.findByRole('columnheader', { name: 'Last seen' })).toHaveAttribute(
      'aria-sort',
      'descending',
    )
    await user.click(screen.getByRole('link', { name: 'Last seen' }))
    await user.click(screen.getByRole('link', { name: 'Administrators' }))
    expect(address()).toBe('/admin?q=ada&filter=administrators&sort=lastSeen')
    await user.click(await screen.findByRole('link', { name: 'Next page' }))
    expect(address()).toBe('/admin?q=ada&filter=administrators&sort=lastSeen&after=n1')
    await waitFor(() =>
      expect(client.call).toHaveBeenLastCalledWith(
        routes.findUsers,
        expect.objectContaining({
          query: { query: 'ada', filter: 'administrators', sort: 'lastSeen', after: 'n1' },
        }),
      ),
    )
    await user.click(await screen.findByRole('link', { name: 'Previous page' }))
    expect(address()).toBe('/admin?q=ada&filter=administrators&sort=lastSeen&before=p1')
    await user.click(await screen.findByRole('link', { name: 'ada' }))
    await user.click(await screen.findByRole('link', { name: 'All users' }))
    expect(address()).toBe('/admin?q=ada&filter=administrators&sort=lastSeen&before=p1')
  })

  it('never shows the answer to another question', async () => {
    const client = asAdmin()
    const { user } = renderApp(client, '/admin')
    await screen.findByRole('link', { name: 'ada' })
    client.answer(routes.findUsers, () => new Promise<never>(() => {}))
    await user.type(screen.getByLabelText('Search'), 'zo')
    expect(await screen.findByRole('region', { name: 'Results' })).toBeVisible()
    expect(screen.queryByRole('link', { name: 'ada' })).not.toBeInTheDocument()
    expect(screen.getByRole('status', { name: 'Looking for users…' })).toBeVisible()
  })

  it('says how much of a long list was looked at', async () => {
    const client = asAdmin()
    const total = { count: 1000, isMore: true }
    client.answer(routes.findUsers, () => listed([managed()], { total }))
    renderApp(client, '/admin?q=a')
    expect(await screen.findByText(/^1,000 found among the first 1,000/)).toBeVisible()
  })

  it('asks when the typing pauses, keeps the question in the address, and says when nobody is found', async () => {
    const client = asAdmin()
    const { user, address } = renderApp(client, '/admin')
    client.answer(routes.findUsers, () => listed([]))
    await user.type(await screen.findByLabelText('Search'), 'zo+')
    expect(await screen.findByText('No username or email address contains “zo+”.')).toBeVisible()
    expect(address()).toBe('/admin?q=zo%2B')
    expect(client.call).toHaveBeenCalledWith(
      routes.findUsers,
      expect.objectContaining({ query: expect.objectContaining({ query: 'zo+' }) }),
    )
    expect(client.call).not.toHaveBeenCalledWith(
      routes.findUsers,
      expect.objectContaining({ query: expect.objectContaining({ query: 'z' }) }),
    )
  })

  it('shows no former result as the answer to the next question', async () => {
    const client = asAdmin()
    const { user } = renderApp(client, '/admin')
    await screen.findByRole('link', { name: 'grace' })
    client.answer(routes.findUsers, () => new Promise(() => undefined))
    await user.type(screen.getByLabelText('Search'), 'zo')
    expect(await screen.findByRole('status', { name: 'Looking for users…' })).toBeInTheDocument()
    expect(screen.queryByRole('link', { name: 'grace' })).not.toBeInTheDocument()
  })

  it('begins anew by the link in the navigation', async () => {
    const { user, address } = renderApp(asAdmin(), '/admin?q=ada')
    expect(await screen.findByLabelText('Search')).toHaveValue('ada')
    await user.click(screen.getByRole('link', { name: 'Users' }))
    expect(screen.getByLabelText('Search')).toHaveValue('')
    // Longer than the typing may pause.
    await new Promise((done) => setTimeout(done, 400))
    expect(address()).toBe('/admin')
  })

  it('says what went wrong, and tries again', async () => {
    const client = asAdmin()
    client.answer(routes.findUsers, () => {
      throw new AuthError('network_error', 'x')
    })
    const { user } = renderApp(client, '/admin?q=ada')
    expect(await screen.findByText(/can’t reach the server/)).toBeVisible()
    expect(screen.getByLabelText('Search')).toHaveValue('ada')
    client.answer(routes.findUsers, () => listed([managed()]))
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('link', { name: 'ada' })).toHaveAttribute('href', `/admin/users/${ada.id}`)
  })
})

describe('the page of a user', () => {
  async function openUser() {
    const client = asAdmin()
    const app = renderApp(client, `/admin/users/${ada.id}`)
    await screen.findByRole('heading', { name: 'ada' })
    return { client, ...app }
  }

  it('ends one session, and all', async () => {
    const { client, user } = await openUser()
    await user.click(screen.getByRole('button', { name: 'End the session curl' }))
    await user.click(screen.getByRole('button', { name: 'End session' }))
    expect(await screen.findByText('The session curl has ended.')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.endUserSession, {
      params: { id: ada.id, sessionId: 's2' },
    })
    expect(screen.queryByRole('heading', { name: 'curl' })).not.toBeInTheDocument()
    expect(screen.getByRole('heading', { name: 'Firefox on macOS' })).toBeVisible()
  })

  it('ends all sessions at once', async () => {
    const { client, user } = await openUser()
    await user.click(screen.getByRole('button', { name: 'End all' }))
    await user.click(screen.getByRole('button', { name: 'End all 2' }))
    expect(await screen.findByText('ada is not signed in anywhere.')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.endUserSessions, { params: { id: ada.id } })
  })

  it('explains why somebody was signed out, when asked, and says what went wrong', async () => {
    const { client, user } = await openUser()
    const card = within(screen.getByRole('region', { name: '“I was signed out”' }))
    client.answer(routes.explainUser, () => {
      throw new AuthError('network_error', 'x')
    })
    await user.click(card.getByRole('button', { name: 'Explain' }))
    expect(await card.findByText(/can’t reach the server/)).toBeVisible()
    client.answer(routes.explainUser, () => ({
      steps: [
        { at: '2025-10-09T08:00:00.000Z', sentence: 'On 9 Oct the session curl began.', ended: [] },
        { at: '2025-10-09T09:00:00.000Z', sentence: 'On 9 Oct somebody signed out there.', ended: ['s2'] },
      ],
      conclusion: 'ada is signed in nowhere now.',
    }))
    await user.click(card.getByRole('button', { name: 'Explain' }))
    expect(await card.findByText('ada is signed in nowhere now.')).toHaveRole('status')
    const steps = within(card.getByRole('list', { name: 'What happened, the earliest first' }))
    expect(steps.getAllByRole('listitem').map((step) => step.textContent)).toEqual([
      'On 9 Oct the session curl began.',
      'On 9 Oct somebody signed out there.',
    ])
    expect(card.queryByText(/can’t reach/)).not.toBeInTheDocument()
    await user.click(card.getByRole('button', { name: 'Explain again' }))
    expect(client.call.mock.calls.filter(([route]) => route === routes.explainUser)).toHaveLength(3)
  })

  it('makes an administrator, after a question, and takes it back', async () => {
    const { client, user } = await openUser()
    client.answer(routes.setUserRoles, () => ({ user: managed({ roles: ['user', 'admin'] }) }))
    await user.click(screen.getByRole('button', { name: 'Make administrator' }))
    expect(client.call).not.toHaveBeenCalledWith(routes.setUserRoles, expect.anything())
    await user.click(screen.getByRole('button', { name: 'Make administrator' }))
    expect(await screen.findByText('ada is now an administrator.')).toBeVisible()
    expect(client.call).toHaveBeenCalledWith(routes.setUserRoles, {
      params: { id: ada.id },
      body: { add: ['admin'], remove: [] },
    })
    client.answer(routes.setUserRoles, () => ({ user: managed() }))
    await user.click(screen.getByRole('button', { name: 'Remove as administrator' }))
    await user.click(screen.getByRole('button', { name: 'Remove administrator' }))
    expect(await screen.findByText('ada is no longer an administrator.')).toBeVisible()
  })

  it('disables and enables', async () => {
    const { client, user } = await openUser()
    client.answer(routes.disableUser, () => ({ user: managed({ disabled: true, sessionCount: 0 }) }))
    await user.click(screen.getByRole('button', { name: 'Disable account' }))
    await user.click(screen.getByRole('button', { name: 'Disable account' }))
    expect(await screen.findByText('ada has been disabled and signed out.')).toBeVisible()
    expect(screen.getByText('ada is not signed in anywhere.')).toBeVisible()
    client.answer(routes.enableUser, () => ({ user: managed() }))
    await user.click(screen.getByRole('button', { name: 'Enable account' }))
    await user.click(screen.getByRole('button', { name: 'Enable account' }))
    expect(await screen.findByText('ada can sign in again.')).toBeVisible()
  })

  it.each([
    ['Make administrator', 'Make administrator', 'ada is now an administrator.'],
    ['Disable account', 'Disable account', 'ada has been disabled and signed out.'],
    ['End the session curl', 'End session', 'The session curl has ended.'],
    ['End all', 'End all 2', 'All sessions of ada have ended.'],
  ])('%s: the focus goes to what came of it, and stays there', async (button, confirm, result) => {
    const { client, user } = await openUser()
    const soon = <Answer,>(answer: Answer) =>
      new Promise<Answer>((done) => setTimeout(() => done(answer), 50))
    client.answer(routes.setUserRoles, () => soon({ user: managed({ roles: ['user', 'admin'] }) }))
    client.answer(routes.disableUser, () => soon({ user: managed({ disabled: true, sessionCount: 0 }) }))
    client.answer(routes.endUserSession, () => soon(undefined))
    client.answer(routes.endUserSessions, () => soon(undefined))
    await user.click(screen.getByRole('button', { name: button }))
    await user.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: confirm }))
    await screen.findByText(result)
    await waitFor(() => expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument())
    expect(document.activeElement).not.toBe(document.body)
    expect(document.activeElement).toHaveTextContent(result)
  })

  it('says beside the button what went wrong', async () => {
    const { client, user } = await openUser()
    client.answer(routes.disableUser, () => {
      throw refusal('forbidden', { status: 403 })
    })
    await user.click(screen.getByRole('button', { name: 'Disable account' }))
    await user.click(screen.getByRole('button', { name: 'Disable account' }))
    const card = within(screen.getByRole('region', { name: 'Access' }))
    expect(await card.findByText(/You are no longer allowed to do this/)).toBeVisible()
  })

  it('of one’s own account has no such buttons, and says why', async () => {
    const client = asAdmin()
    client.answer(routes.inspectUser, () => ({ user: managed(boss), sessions: [] }))
    renderApp(client, '/admin/users/boss')
    expect(await screen.findByText(/This is your own account/)).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Disable account' })).not.toBeInTheDocument()
    expect(screen.queryByRole('button', { name: /administrator/ })).not.toBeInTheDocument()
  })

  it('of nobody says so', async () => {
    const client = asAdmin()
    client.answer(routes.inspectUser, () => {
      throw refusal('not_found', { status: 404 })
    })
    renderApp(client, '/admin/users/none')
    expect(await screen.findByRole('heading', { name: 'No such user' })).toBeVisible()
  })

  it('becomes unknown to whoever is no administrator any more', async () => {
    const { client } = await openUser()
    client.become(signedIn({ user: { ...boss, roles: ['user'] } }))
    await waitFor(() => expect(screen.getByRole('heading', { name: 'Page not found' })).toBeVisible())
  })
})

describe('the pages of administrators in German', () => {
  it('count and find users', async () => {
    await inGerman()
    const client = asAdmin()
    client.answer(routes.findUsers, () => listed([managed()], { total: { count: 1234, isMore: false } }))
    renderApp(client, '/admin')
    expect(await screen.findByRole('heading', { name: 'Benutzer' })).toBeVisible()
    expect(await screen.findByText('1.234 Benutzer')).toBeVisible()
    expect(screen.getByRole('columnheader', { name: /^Zuletzt gesehen/ })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Gesperrt' })).toBeVisible()
    expect(screen.getByText('14.03.2025')).toBeVisible()
  })

  it('show a user, since when they are one, and their devices', async () => {
    await inGerman()
    const { user } = renderApp(asAdmin(), '/admin/users/1')
    expect(await screen.findByText(/dabei seit 14. März 2025, zuletzt gesehen:/)).toBeVisible()
    expect(screen.getByRole('heading', { name: 'Firefox auf macOS' })).toBeVisible()
    await user.click(screen.getByRole('button', { name: 'Alle beenden' }))
    expect(screen.getByRole('alertdialog')).toHaveTextContent(
      'Alle 2 Sitzungen beenden? ada wird dann überall abgemeldet.',
    )
  })
})

// As if there were a line for each in roles.ts.
const [editor, author] = ['editor', 'author'] as unknown as [Role, Role]

it('roles of one’s own are given and taken one by one, and the others stay', async () => {
  const onSet = vi.fn(async () => undefined)
  const onDone = vi.fn()
  const user = managed({ roles: ['user', 'admin', author] })
  render(<OwnRoles user={user} roles={[editor, author]} onSet={onSet} onDone={onDone} />)
  async function press(button: string, question: RegExp) {
    await userEvent.click(screen.getByRole('button', { name: button }))
    const dialog = within(screen.getByRole('alertdialog', { name: button }))
    expect(dialog.getByText(question)).toBeVisible()
    await userEvent.click(dialog.getByRole('button', { name: button }))
  }
  await press('Give the role editor', /^Give ada the role editor\?/)
  expect(onSet).toHaveBeenLastCalledWith({ add: [editor], remove: [] })
  await waitFor(() => expect(onDone.mock.lastCall?.[0]()).toBe('ada now has the role editor.'))
  await press('Take the role author', /^Take the role author from ada\?/)
  expect(onSet).toHaveBeenLastCalledWith({ add: [], remove: [author] })
})
