import { expect } from 'vitest'
import type { Person } from './people.ts'

/** How other browsers and apps introduce themselves. */
export const otherBrowsers = [
  'curl/8.4.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0',
]

export async function signInFrom(origin: string, { email, password }: Person, userAgent: string) {
  const answer = await fetch(`${origin}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ email, password }),
  })
  expect(answer.status).toBe(200)
}

/** Registers somebody without a browser; resolves with the cookies of the session, by name. */
export async function registerFrom(origin: string, person: Person): Promise<Map<string, string>> {
  const answer = await fetch(`${origin}/api/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  })
  expect(answer.status).toBe(201)
  const pairs = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '')
  return new Map(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
  )
}

/** Shows a browser's cookies as a thief would who has copied them, without the key. */
export async function presentCopy(origin: string, cookies: readonly { name: string; value: string }[]) {
  // With the device cookie it would be taken for a browser that lost its key.
  const copied = cookies.filter(({ name }) => !name.endsWith('device'))
  const cookie = copied.map(({ name, value }) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${origin}/api/refresh-token`, { method: 'POST', headers: { cookie } })
  expect(answer.status).toBe(403)
}
