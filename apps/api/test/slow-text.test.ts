import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'

// What a stranger writes is read in time that grows with its length, and not with the square of it.

let api: TestApi
beforeAll(async () => {
  api = await startApi({ environment: { TRUST_PROXY: '1', LOG_LEVEL: 'silent' } })
})
afterAll(() => api.close())

interface Asked {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

const length = 14_000
const of = (text: string) => text.repeat(length / text.length)
const json = { 'content-type': 'application/json' }

/** Milliseconds until it is answered: the quickest of some tries, since whatever else goes on only ever adds. */
async function quickest({ method = 'GET', path = '/', headers = {}, body = '' }: Asked): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    const before = performance.now()
    await new Promise<void>((done, failed) => {
      const size = body && { 'content-length': Buffer.byteLength(body) }
      const sent = request(new URL(api.url).origin, { method, path, headers: { ...headers, ...size } })
      sent
        .on('response', (response) => response.resume().on('end', done))
        .on('error', failed)
        .end(body)
    })
    times.push(performance.now() - before)
  }
  return Math.min(...times)
}

const post = (headers: Record<string, string>, body = '{}'): Asked => ({
  method: 'POST',
  path: '/api/login',
  headers: { ...json, ...headers },
  body,
})

/** Of nobody: they are refused for what came with them, before any password is hashed. */
const credentials = '{"email":"nobody@example.com","password":"correct horse"}'

const refresh = { method: 'POST', path: '/api/refresh-token' }

it.each<[string, Asked]>([
  ['a path of dots', { path: `/a${of('.')}/` }],
  ['a path of slashes', { path: of('/') }],
  ['a path of both', { path: `/${of('a.')}/` }],
  ['a path of hidden parts', { path: `${of('/.a')}/` }],
  ['an encoded path', { path: `/api/sessions/${of('%41')}` }],
  ['a path of the API', { path: `/api${of('/a')}` }],
  ['a query', { path: `/api/password-policy?${of('a=b&')}` }],
  ['a content type', post({ 'content-type': `application/json${of(';a=b')}` })],
  ['spaces in a content type', post({ 'content-type': `application/json;${of(' ')}x` })],
  ['a quoted content type', post({ 'content-type': `application/json;a="${of('\\a')}` })],
  ['an origin', post({ origin: `http://${of('a.')}` })],
  ['an encoded origin', post({ origin: `http://${of('xn--a-')}` })],
  ['an access token', { path: '/api/me', headers: { authorization: `Bearer ${of('a')}!` } }],
  ['padding', { path: '/api/me', headers: { authorization: `Bearer a${of('=')}!` } }],
  ['addresses', { ...refresh, headers: { 'x-forwarded-for': of('1,') } }],
  ['an address', { ...refresh, headers: { 'x-forwarded-for': `[${of(']:1')}` } }],
  ['what may be compressed', { path: '/', headers: { 'accept-encoding': of('a;q=0.1,') } }],
  ['what is known already', { path: '/', headers: { 'if-none-match': of('"a",') } }],
  ['what may be cached', { path: '/', headers: { 'if-none-match': 'a', 'cache-control': of(', ') } }],
  ['a range', { path: '/assets/main-abc123.js', headers: { range: `bytes=${of('0-0,')}` } }],
  ['a cookie', post({ cookie: of('=') })],
  ['cookies', post({ cookie: of('a=%41;') })],
  ['a user agent', { ...refresh, headers: { 'user-agent': of('Version/') } }],
  ['keys of a trusted browser', post({ 'x-trust-key': `a${of(' ')}a` }, credentials)],
  ['many keys of a trusted browser', post({ 'x-trust-key': of('a,') }, credentials)],
  ['nested JSON', post({}, of('[') + of(']').slice(0, 2000))],
  ['a number', post({}, `{"email":${of('9')}}`)],
])('%s of 14 kB takes no longer to answer than any other', async (_, asked) => {
  const plain = await quickest({ path: `/${of('a')}` })
  // All take about as long as this one. A path of dots, of which each was looked at from each, took 150 times as long.
  expect(await quickest(asked)).toBeLessThan(20 * plain)
})
