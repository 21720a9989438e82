import { randomBytes } from 'node:crypto'

export interface Member {
  username: string
  email: string
  password: string
}

export function somebody(): Member {
  const username = `ada-${randomBytes(6).toString('hex')}`
  return { username, email: `${username}@example.com`, password: 'an analytical engine' }
}

/** What the tests look at in an answer. */
export interface Answer {
  status: number
  cookies: Record<string, string>
  body: {
    accessToken: string
    refreshToken?: string
    user: { id: string; username: string }
    code?: string
    of?: string
    sessions: { id: string; current: boolean }[]
  }
}

interface Sent {
  method?: string
  body?: unknown
  cookies?: Record<string, string>
  accessToken?: string
  headers?: Record<string, string>
}

/** Asks an API below `url` as a program would that knows nothing of us. */
export const asking =
  (url: string) =>
  async (path: string, { method, body, cookies, accessToken, headers }: Sent = {}): Promise<Answer> => {
    const response = await fetch(`${url}/api${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...headers,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(cookies && {
          Cookie: Object.entries(cookies)
            .map((pair) => pair.join('='))
            .join('; '),
        }),
        ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const set = response.headers.getSetCookie().map((cookie) => /^([^=]+)=([^;]*)/.exec(cookie) ?? [])
    return {
      status: response.status,
      cookies: Object.fromEntries(set.map(([, name = '', value = '']) => [name, value])),
      body: text.startsWith('{') ? JSON.parse(text) : {},
    }
  }
