import { AuthError } from '@latchkey/auth-client'
import { routes } from '@latchkey/contracts'
import { act, render, renderHook, screen } from '@testing-library/react'
import { Component, type ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { AuthProvider, useAction, useCall } from '../src/index.ts'
import { anonymous, fakeClient, restoring, signedIn } from './support/fake-client.ts'

type Fake = ReturnType<typeof fakeClient>

const within =
  ({ client }: Fake) =>
  ({ children }: { children: ReactNode }) => <AuthProvider client={client}>{children}</AuthProvider>

class Boundary extends Component<{ children: ReactNode }> {
  override state: { error: Error | null } = { error: null }
  static getDerivedStateFromError = (error: Error) => ({ error })
  override render = () => this.state.error?.message ?? this.props.children
}

const passwordPolicy = { ...routes.sessions, requires: 'nothing' } as const
const outage = new AuthError('network_error', 'The server cannot be reached.')
const settled = (act_: () => void) => act(async () => act_())

it('answers, fails, and asks again; what was there stays meanwhile', async () => {
  const fake = fakeClient(signedIn('ada'))
  const { result } = renderHook(() => useCall(routes.sessions), { wrapper: within(fake) })
  expect(result.current).toMatchObject({ data: undefined, failure: null, isLoading: true })
  await settled(() => fake.asked[0]?.fail(outage))
  expect(result.current).toMatchObject({ data: undefined, failure: outage, isLoading: false })

  act(() => result.current.reload())
  expect(result.current.isLoading).toBe(true)
  await settled(() => fake.asked[1]?.answer({ sessions: [] }))
  expect(result.current).toMatchObject({ data: { sessions: [] }, failure: null, isLoading: false })

  act(() => result.current.reload())
  expect(result.current).toMatchObject({ data: { sessions: [] }, isLoading: true })
  await settled(() => fake.asked[2]?.fail(outage))
  expect(result.current).toMatchObject({ data: { sessions: [] }, failure: outage, isLoading: false })
  expect(fake.asked.length).toBe(3)
})

it('other options are another question: the old one is taken back, and its answer never shown', async () => {
  const fake = fakeClient(signedIn('ada'))
  const { result, rerender } = renderHook(({ id }) => useCall(routes.inspectUser, { params: { id } }), {
    wrapper: within(fake),
    initialProps: { id: 'one' },
  })
  await settled(() => fake.asked[0]?.answer('of one'))
  rerender({ id: 'one' })
  expect(fake.asked.length).toBe(1)
  rerender({ id: 'two' })
  expect(result.current).toMatchObject({ data: undefined, isLoading: true })
  rerender({ id: 'three' })
  expect(fake.asked.map(({ options }) => options.signal.aborted)).toEqual([true, true, false])
  await settled(() => fake.asked[1]?.answer('of two'))
  expect(result.current.data).toBe(undefined)
  await settled(() => fake.asked[2]?.answer('of three'))
  expect(result.current.data).toBe('of three')
  expect(fake.asked[2]?.options.params).toEqual({ id: 'three' })
})

it('a question that is asked again after another is loading, and shows what it knew', async () => {
  const fake = fakeClient(signedIn('ada'))
  const { result, rerender } = renderHook(({ id }) => useCall(routes.inspectUser, { params: { id } }), {
    wrapper: within(fake),
    initialProps: { id: 'one' },
  })
  await settled(() => fake.asked[0]?.answer('of one'))
  rerender({ id: 'two' })
  rerender({ id: 'one' })
  expect(result.current).toMatchObject({ data: 'of one', isLoading: true })
  await settled(() => fake.asked[2]?.answer('of one, anew'))
  expect(result.current).toMatchObject({ data: 'of one, anew', isLoading: false })
})

it('what one client answered is not the answer of another', async () => {
  const [one, two] = [fakeClient(signedIn('ada')), fakeClient(signedIn('ada'))]
  let data: unknown
  const Sessions = () => {
    data = useCall(routes.sessions).data
    return null
  }
  const page = ({ client }: Fake) => (
    <AuthProvider client={client}>
      <Sessions />
    </AuthProvider>
  )
  const { rerender } = render(page(one))
  await settled(() => one.asked[0]?.answer('of one'))
  expect(data).toBe('of one')
  rerender(page(two))
  expect(data).toBe(undefined)
  await settled(() => two.asked[0]?.fail(outage))
  expect(data).toBe(undefined)
})

it('a question is taken back when its component goes', async () => {
  const fake = fakeClient(signedIn('ada'))
  const { unmount } = renderHook(() => useCall(routes.sessions), { wrapper: within(fake) })
  unmount()
  expect(fake.asked[0]?.options.signal.aborted).toBe(true)
  await settled(() => fake.asked[0]?.fail(outage))
})

it('nothing of somebody is shown to the next, not for a moment, and a new token asks nothing', async () => {
  const fake = fakeClient(restoring)
  const seen: string[] = []
  function Sessions() {
    const { data, isLoading } = useCall(routes.sessions)
    seen.push(`${fake.getState().status}: ${isLoading ? 'loading' : ''} ${JSON.stringify(data)}`)
    return null
  }
  render(<Sessions />, { wrapper: within(fake) })
  expect([fake.asked.length, seen.at(-1)]).toEqual([0, 'restoring: loading undefined'])
  act(() => fake.become(signedIn('ada')))
  await settled(() => fake.asked[0]?.answer('of ada'))
  act(() => fake.become(signedIn('ada', { token: 2 })))
  expect([fake.asked.length, seen.at(-1)]).toEqual([1, 'signedIn:  "of ada"'])

  const before = seen.length
  act(() => fake.become(signedIn('grace')))
  expect(fake.asked[0]?.options.signal.aborted).toBe(true)
  await settled(() => fake.asked[1]?.answer('of grace'))
  act(() => fake.become(anonymous))
  expect(seen.slice(before).join()).not.toContain('of ada')
  expect(seen.at(-1)).toBe('signedOut:  undefined')
  // The same person in another session: things may have changed.
  act(() => fake.become(signedIn('grace', { sid: 'grace-2' })))
  expect([fake.asked.length, seen.at(-1)]).toEqual([3, 'signedIn: loading undefined'])
})

it('what anybody may ask is asked once, whoever is signed in', async () => {
  const fake = fakeClient(restoring)
  const { result } = renderHook(() => useCall(passwordPolicy), { wrapper: within(fake) })
  await settled(() => fake.asked[0]?.answer('policy'))
  act(() => fake.become(signedIn('ada')))
  expect([fake.asked.length, result.current.data]).toEqual([1, 'policy'])
})

it('StrictMode asks twice and takes the first back', async () => {
  const fake = fakeClient(signedIn('ada'))
  const { result } = renderHook(() => useCall(routes.sessions), {
    wrapper: within(fake),
    reactStrictMode: true,
  })
  expect(fake.asked.map(({ options }) => options.signal.aborted)).toEqual([true, false])
  await settled(() => fake.asked[1]?.answer('sessions'))
  expect(result.current.data).toBe('sessions')
})

it('does not compile for what changes something, or without what it needs', () => {
  // @ts-expect-error a POST
  const post = () => useCall(routes.logout)
  // @ts-expect-error no id
  const without = () => useCall(routes.inspectUser)
  expect([post, without].map((each) => typeof each)).toEqual(['function', 'function'])
})

it('a mistake in the program goes to the nearest error boundary', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const fake = fakeClient(signedIn('ada'))
  function Sessions() {
    useCall(routes.sessions)
    return 'waiting'
  }
  render(
    <AuthProvider client={fake.client}>
      <Boundary>
        <Sessions />
      </Boundary>
    </AuthProvider>,
  )
  await settled(() => fake.asked[0]?.fail(new TypeError('needs an "id"')))
  expect(screen.getByText('needs an "id"')).toBeTruthy()
})

it('a mistake in an action goes to the nearest error boundary', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  function Save() {
    const { run } = useAction(() => Promise.reject(new TypeError('no such thing')))
    return (
      <button type="button" onClick={run}>
        Save
      </button>
    )
  }
  render(
    <Boundary>
      <Save />
    </Boundary>,
  )
  await settled(() => screen.getByText('Save').click())
  expect(screen.getByText('no such thing')).toBeTruthy()
})

it('an action runs once at a time, and says what became of it', async () => {
  const runs: { done: (value?: unknown) => void; fail: (error: unknown) => void }[] = []
  const { result } = renderHook(() => useAction(() => new Promise((done, fail) => runs.push({ done, fail }))))
  act(() => result.current.run())
  act(() => result.current.run())
  expect([runs.length, result.current.isBusy]).toEqual([1, true])
  await settled(() => runs[0]?.fail(outage))
  expect(result.current).toMatchObject({ isBusy: false, successes: 0, failure: outage })
  act(() => result.current.run())
  expect(result.current.failure).toBe(null)
  await settled(() => runs[1]?.done())
  expect(result.current).toMatchObject({ isBusy: false, successes: 1, failure: null })
})
