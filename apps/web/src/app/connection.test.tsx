import { AuthProvider } from '@latchkey/react'
import { act, render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { anonymous, fakeAuthClient } from '../../test/fake-auth-client.ts'
import { connection } from './connection.ts'
import { ConnectionLine } from './connection-line.tsx'

it('a request without an answer is a reason to ask, and what the server says then counts', async () => {
  vi.useFakeTimers()
  let isThere = true
  const ask = vi.fn(async () => {
    if (!isThere) throw new TypeError('Failed to fetch')
    return new Response()
  })
  vi.stubGlobal('fetch', ask)
  render(
    <AuthProvider client={fakeAuthClient(anonymous)}>
      <ConnectionLine />
    </AuthProvider>,
  )
  const line = () => screen.getByRole('status').textContent
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

  connection.heard(false)
  await pass(0)
  expect(line()).toBe('')

  isThere = false
  connection.heard(false)
  await pass(0)
  expect(line()).toMatch(/^No connection/)
  const asked = ask.mock.calls.length
  await pass(14_000)
  // Ever more seldom: after 2, 4 and 8 seconds.
  expect(ask.mock.calls.length - asked).toBe(3)

  isThere = true
  await pass(15_000)
  expect(line()).toBe('The connection is back.')
  await pass(5000)
  expect(line()).toBe('')
  await pass(60_000)
  expect(ask.mock.calls.length - asked).toBe(4)
})
