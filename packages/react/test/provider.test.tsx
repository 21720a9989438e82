import type { AuthLogEntry } from '@latchkey/auth-client'
import { act, render, screen } from '@testing-library/react'
import { StrictMode, useState } from 'react'
import { expect, it, vi } from 'vitest'
import {
  AuthProvider,
  RequireRole,
  SignedIn,
  SignedOut,
  useAuthClient,
  useAuthLog,
  useSession,
} from '../src/index.ts'
import { anonymous, fakeClient, restoring, signedIn } from './support/fake-client.ts'

const shown = () => document.body.textContent

it('runs the client while it is shown, and StrictMode does not make it stop in between', async () => {
  const { client, start, stop } = fakeClient(anonymous)
  const page = (
    <StrictMode>
      <AuthProvider client={client} />
    </StrictMode>
  )
  const { unmount } = render(page)
  await act(async () => undefined)
  expect(start).toHaveBeenCalledTimes(2)
  expect(stop).not.toHaveBeenCalled()
  unmount()
  await act(async () => undefined)
  expect(stop).toHaveBeenCalledTimes(1)
})

it('stops the client only with its last provider, and starts another that takes its place', async () => {
  const [first, second] = [fakeClient(anonymous), fakeClient(anonymous)]
  const one = render(<AuthProvider client={first.client} />)
  const two = render(<AuthProvider client={first.client} />)
  one.unmount()
  await act(async () => undefined)
  expect(first.stop).not.toHaveBeenCalled()
  two.rerender(<AuthProvider client={second.client} />)
  await act(async () => undefined)
  expect([first.stop, second.start, second.stop].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0])
})

it('shows who is signed in, and what the client did, as they change', () => {
  function Page() {
    const session = useSession()
    const log = useAuthLog()
    return `${session.status} ${log.map(({ message }) => message).join()}`
  }
  const { client, become, write } = fakeClient(restoring)
  render(
    <AuthProvider client={client}>
      <Page />
    </AuthProvider>,
  )
  expect(shown()).toBe('restoring ')
  act(() => become(signedIn('ada')))
  act(() => write([{ message: 'Signed in.' } as AuthLogEntry]))
  expect(shown()).toBe('signedIn Signed in.')
})

it('without a provider it says what is missing', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  function Page() {
    useAuthClient()
    return null
  }
  expect(() => render(<Page />)).toThrow('useAuthClient needs an AuthProvider above it')
})

it('guards show one of three, and never what is below to anybody else', () => {
  const { client, become } = fakeClient(restoring)
  render(
    <AuthProvider client={client}>
      <SignedIn fallback="[nobody]" restoring="[who?]">
        {({ user }) => `[in: ${user.username}]`}
      </SignedIn>
      <SignedOut fallback="[somebody]" restoring="[who?]">
        [sign in]
      </SignedOut>
      <RequireRole name="admin" fallback="[not for you]">
        [admin]
      </RequireRole>
      <SignedIn>[plain]</SignedIn>
    </AuthProvider>,
  )
  expect(shown()).toBe('[who?][who?]')
  act(() => become(anonymous))
  expect(shown()).toBe('[nobody][sign in][not for you]')
  act(() => become(signedIn('ada')))
  expect(shown()).toBe('[in: ada][somebody][not for you][plain]')
  act(() => become(signedIn('ada', { roles: ['user', 'admin'] })))
  expect(shown()).toBe('[in: ada][somebody][admin][plain]')
})

it('what is below a guard keeps its state with the next token, and none with the next user', () => {
  function Notes() {
    const [note, setNote] = useState('none')
    return (
      <button type="button" onClick={() => setNote('kept')}>
        {note}
      </button>
    )
  }
  const { client, become } = fakeClient(signedIn('ada', { roles: ['editor'] }))
  render(
    <AuthProvider client={client}>
      <RequireRole name="editor">
        <Notes />
      </RequireRole>
    </AuthProvider>,
  )
  act(() => screen.getByRole('button').click())
  act(() => become(signedIn('ada', { token: 2, roles: ['editor'] })))
  expect(shown()).toBe('kept')
  act(() => become(signedIn('grace', { roles: ['editor'] })))
  expect(shown()).toBe('none')
})
