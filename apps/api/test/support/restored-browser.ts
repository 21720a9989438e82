import type { Person } from './people.ts'
import { type LockOwner, lockOwner } from './refresh-lock.ts'

/** How a browser that holds a key talks to a server that may name the generation whose key it wants to see. */
export interface BrowserLike {
  owner: LockOwner | null
  cookie: string
  accessToken: string
}

const cookieOf = (response: Response, before: string) => {
  const kept = new Map(before.split('; ').map((pair) => [pair.split('=', 1)[0], pair]))
  for (const cookie of response.headers.getSetCookie()) {
    const pair = cookie.split(';', 1)[0] ?? ''
    kept.set(pair.split('=', 1)[0], pair)
  }
  return [...kept.values()].filter(Boolean).join('; ')
}

const post = (url: string, body: object, headers: Record<string, string>) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** Registers or signs in, by a browser with a key or one without. */
export async function browserOf(
  url: string,
  path: '/api/register' | '/api/login',
  person: Person,
  bound = true,
): Promise<BrowserLike> {
  const owner = bound ? lockOwner() : null
  const { email, password } = person
  const body = path === '/api/login' ? { email, password } : person
  const response = await post(url + path, body, owner?.signIn ?? {})
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  const { accessToken } = (await response.json()) as { accessToken: string }
  return { owner, cookie: cookieOf(response, ''), accessToken }
}

export const generationOf = ({ cookie }: BrowserLike) =>
  Number(/latchkey\.session=[0-9a-f]{24}\.(\d+)/.exec(cookie)?.[1])

/** Refreshes as packages/auth-client does: what is refused as locked is tried once more with the key that is asked for. */
export async function refreshAs(url: string, browser: BrowserLike): Promise<string> {
  let generation = generationOf(browser)
  for (let turn = 0; ; turn++) {
    const headers = { cookie: browser.cookie, ...browser.owner?.at(generation) }
    const response = await post(`${url}/api/refresh-token`, {}, headers)
    const said = (await response.json()) as { accessToken: string; code: string; generation?: number }
    if (response.ok) {
      browser.cookie = cookieOf(response, browser.cookie)
      browser.accessToken = said.accessToken
      return 'ok'
    }
    if (!browser.owner || said.generation === undefined || said.generation === generation || turn === 2)
      return said.code
    generation = said.generation
  }
}

/** A thief's refresh with copied cookies: without the cookie by which a browser is known, and with no key or a wrong one. */
export async function stealWith(
  url: string,
  { cookie }: BrowserLike,
  own: LockOwner | null,
): Promise<string> {
  const copied = cookie
    .split('; ')
    .filter((pair) => !pair.includes('device='))
    .join('; ')
  const thief = { owner: own, cookie: copied, accessToken: '' }
  return await refreshAs(url, thief)
}

export const accessWith = async (url: string, { accessToken }: BrowserLike) =>
  (await fetch(`${url}/api/protected`, { headers: { authorization: `Bearer ${accessToken}` } })).status
