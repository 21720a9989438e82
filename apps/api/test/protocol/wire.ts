import { mongo } from 'mongoose'
import type { TestApi } from '../support/api.ts'
import type { Answer, Presentation } from './ledger.ts'

/** The ways a refresh token may travel. */
export type Transport = 'cookie' | 'body' | 'token endpoint'

export interface Reply {
  status: number
  text: string
  headers: Headers
  setCookies: string[]
}

interface RefreshReply {
  code?: string
  generation?: number
  accessToken?: string
  refreshToken?: string
  access_token?: string
  refresh_token?: string
  error_description?: string
}

/** POSTs to one node. `body` undefined: none. */
export async function post(
  node: TestApi,
  path: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<Reply> {
  const response = await fetch(node.url + path, {
    method: 'POST',
    headers: body ? { ...headers, 'Content-Type': 'application/json' } : headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    text,
    headers: response.headers,
    setCookies: response.headers.getSetCookie(),
  }
}

export const cookieHeader = (refreshToken: string) => ({ Cookie: `latchkey.refreshToken=${refreshToken}` })

/** Sends a refresh and reads the answer, whichever way both travel. */
export async function present(presentation: Presentation, transport: Transport): Promise<Answer> {
  const { node, refreshToken, headers } = presentation
  const reply = await {
    cookie: () => post(node, '/api/refresh-token', undefined, { ...headers, ...cookieHeader(refreshToken) }),
    body: () => post(node, '/api/refresh-token', { refreshToken }, headers),
    'token endpoint': () =>
      post(node, '/api/token', { grant_type: 'refresh_token', refresh_token: refreshToken }, headers),
  }[transport]()
  const json: RefreshReply = JSON.parse(reply.text)
  const inBody = json.refreshToken ?? json.refresh_token
  return {
    presentation,
    status: reply.status,
    code: json.code ?? /refresh_token_\w+/.exec(json.error_description ?? '')?.[0] ?? 'ok',
    generation: json.generation ?? null,
    retryAfter: reply.headers.get('retry-after'),
    setCookies: reply.setCookies,
    refreshToken: inBody ?? cookieNamed('latchkey.refreshToken', reply.setCookies)?.value ?? null,
    accessToken: json.accessToken ?? json.access_token ?? null,
  }
}

/** The status of a protected endpoint for an access token. */
export async function access(node: TestApi, accessToken: string): Promise<number> {
  const response = await fetch(`${node.url}/api/protected`, {
    headers: { Authorization: `Bearer ${accessToken}` },
  })
  await response.text()
  return response.status
}

export interface SetCookie {
  value: string
  /** 0: it is cleared. */
  maxAgeSeconds: number
}

export function cookieNamed(name: string, setCookies: string[]): SetCookie | null {
  const line = setCookies.find((each) => each.startsWith(`${name}=`))
  if (line === undefined) return null
  const [pair = '', ...attributes] = line.split('; ')
  const maxAge = attributes.find((each) => each.startsWith('Max-Age='))
  return { value: pair.slice(name.length + 1), maxAgeSeconds: Number(maxAge?.slice('Max-Age='.length) ?? 0) }
}

/**
 * The next compare-and-swap of a node meets a lost database: before it was done, or after it was done and before the
 * answer came back. Returns how to mend it.
 */
export function breakDatabase(node: TestApi, when: 'before' | 'after'): () => void {
  const { collection } = node.services.database.connection.model('User')
  const intact = collection.findOneAndUpdate
  const broken = async (...args: unknown[]): Promise<never> => {
    if (when === 'after') await Reflect.apply(intact, collection, args)
    throw new mongo.MongoNetworkError('the wire to the database is cut')
  }
  collection.findOneAndUpdate = broken as typeof intact
  return () => {
    collection.findOneAndUpdate = intact
  }
}
