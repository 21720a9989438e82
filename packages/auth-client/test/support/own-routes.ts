import { gzipSync } from 'node:zlib'
import type { Answer, Call, OwnRoute } from './protocol-server.ts'

/** What an application's routes might be like: one that says what it was sent, and some with odd answers. */
export const ownRoutes: OwnRoute = (call) => {
  const name = call.path.replace('/api/own/', '')
  return answers[name]?.(call) ?? echo(call)
}

const answers: Record<string, (call: Call) => Answer | Promise<Answer>> = {
  slow: async (call) => {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    return echo(call)
  },
  tiny: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'tiny' }),
  large: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(300_000) }),
  broken: () => ({ status: 200, headers: {}, body: '{"not": ' }),
  numbers: () => ({ status: 200, headers: {}, body: { one: 1, two: 2 } }),
  missing: () => ({ status: 404, headers: {}, body: { code: 'not_found', detail: 'There is none.' } }),
  moved: () => ({ status: 302, headers: { location: '/api/own/echo' }, body: '' }),
  page: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Hello</p>' }),
  packed: () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync('{"packed":true}') }),
  form: () => ({
    status: 200,
    headers: { 'content-type': 'multipart/form-data; boundary=line' },
    body: '--line\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--line--\r\n',
  }),
  // A wrong password, asked for by somebody whose token is good.
  password: () => ({
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="latchkey"' },
    body: { code: 'invalid_credentials', detail: 'Wrong password.' },
  }),
}

function echo(call: Call): Answer {
  return { status: 200, headers: {}, body: { ...sent(call), path: call.path } }
}

/** A call without what differs from one sending to the next for good reasons: the token, and the boundary of a form. */
export function sent({ method, path, search, headers, bytes }: Call) {
  const type = headers['content-type'] ?? null
  const text = bytes?.toString('latin1') ?? ''
  const boundary = (/boundary=(.*)$/.exec(type ?? '') ?? /^--(.+)\r\n/.exec(text))?.[1] ?? '\0'
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-') || name === 'accept')
  return {
    method,
    path,
    search,
    type: type?.replace(boundary, '…') ?? null,
    body: text.replaceAll(boundary, '…'),
    headers: Object.fromEntries(own),
  }
}
