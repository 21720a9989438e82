import { afterEach, expect, it, vi } from 'vitest'
import { distinctNames } from './device-words.ts'

const now = Date.parse('2026-11-28T12:00:00Z')

const session = (id: number, others = {}) => ({
  id: String(id),
  device: 'Firefox on macOS',
  ip: '192.0.2.1',
  createdAt: new Date(now - 86_400_000).toISOString(),
  ...others,
})

afterEach(() => vi.restoreAllMocks())

it('each has the shortest name that no other has', () => {
  const names = distinctNames(
    [
      session(0, { device: 'Chrome on Windows' }),
      session(1, { ip: '192.0.2.2' }),
      session(2, { createdAt: new Date(now - 3 * 86_400_000).toISOString() }),
      session(3),
      session(4),
      session(5, { name: 'Laptop' }),
    ],
    now,
  )
  expect(Object.fromEntries(names)).toEqual({
    0: 'Chrome on Windows',
    1: 'Firefox on macOS, 192.0.2.2',
    2: 'Firefox on macOS, signed in 3 days ago',
    3: 'Firefox on macOS, number 4',
    4: 'Firefox on macOS, number 5',
    5: 'Laptop',
  })
})

it('fifty that are alike take no more than each of them, its time and its number', () => {
  const asked = vi.spyOn(Intl.RelativeTimeFormat.prototype, 'format')
  const made = vi.spyOn(Intl, 'RelativeTimeFormat')
  const names = distinctNames(
    Array.from({ length: 50 }, (_, id) => session(id)),
    now,
  )
  expect(new Set(names.values()).size).toBe(50)
  expect(asked.mock.calls.length).toBeLessThanOrEqual(50)
  expect(made.mock.calls.length).toBeLessThanOrEqual(1)
})
