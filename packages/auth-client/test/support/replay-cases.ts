import { Agent as HttpAgent, request } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosRequestConfig } from 'axios'
import { expect } from 'vitest'
import type { Case } from './replay.ts'

const node = ['http'] as const
const fetching = ['fetch'] as const
const posting = { method: 'post', data: { a: 1 } } satisfies AxiosRequestConfig

const echoed = (data: object) => ({ result: { status: 200, data } })

/** Every option of axios's, with what it is for. An option that axios adds is missing here until somebody looks at it. */
export const optionCases = {
  url: [
    {
      config: () => ({ url: '/own/echo/a%20b?c=1#d' }),
      shows: echoed({ path: '/api/own/echo/a%20b', search: '?c=1' }),
    },
  ],
  method: [
    { config: () => ({ method: 'put', data: { a: 1 } }), shows: echoed({ method: 'PUT', body: '{"a":1}' }) },
    {
      config: () => ({ method: 'delete', data: { a: 1 } }),
      shows: echoed({ method: 'DELETE', body: '{"a":1}' }),
    },
    { config: () => ({ method: 'head' }), shows: { result: { status: 200, data: '' } } },
  ],
  baseURL: [
    {
      config: ({ url }) => ({ baseURL: `${url}/api/own`, url: 'echo/b' }),
      shows: echoed({ path: '/api/own/echo/b' }),
    },
  ],
  allowAbsoluteUrls: [
    {
      config: ({ url }) => ({
        baseURL: `${url}/api/own`,
        url: 'http://elsewhere/c',
        allowAbsoluteUrls: false,
      }),
      shows: echoed({ path: '/api/own/http://elsewhere/c' }),
    },
  ],
  transformRequest: [
    {
      config: ({ heard }) => ({
        ...posting,
        transformRequest: (data, headers) => {
          heard('transformed')
          headers.set('X-Wrapped', 'yes')
          return JSON.stringify({ wrapped: data })
        },
      }),
      shows: {
        result: { data: { body: '{"wrapped":{"a":1}}', headers: { 'x-wrapped': 'yes' } } },
        heard: ['transformed'],
      },
    },
  ],
  transformResponse: [
    {
      config: ({ heard }) => ({
        transformResponse: (data: string, _headers, status) => {
          heard(`transformed ${status}`)
          return JSON.parse(data).path
        },
      }),
      shows: { result: { data: '/api/own/echo' }, heard: ['transformed 200'] },
    },
  ],
  headers: [
    { config: () => ({ headers: { 'X-Own': 'yes' } }), shows: echoed({ headers: { 'x-own': 'yes' } }) },
    {
      config: () => ({ ...posting, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
      shows: echoed({ type: 'application/x-www-form-urlencoded', body: 'a=1' }),
    },
  ],
  params: [
    {
      config: () => ({ params: { a: 'b c', d: [1, 2] } }),
      shows: echoed({ search: '?a=b+c&d%5B%5D=1&d%5B%5D=2' }),
    },
  ],
  paramsSerializer: [
    {
      config: ({ heard }) => ({
        params: { a: 1 },
        paramsSerializer: () => {
          heard('serialized')
          return 'made=here'
        },
      }),
      shows: { result: { data: { search: '?made=here' } }, heard: ['serialized'] },
    },
    {
      config: () => ({ params: { a: [1, 2] }, paramsSerializer: { indexes: null } }),
      shows: echoed({ search: '?a=1&a=2' }),
    },
  ],
  data: [
    { config: () => ({ method: 'post', data: 'text' }), shows: echoed({ body: 'text' }) },
    {
      config: () => ({ method: 'post', data: new URLSearchParams({ a: 'b c' }) }),
      shows: echoed({ type: expect.stringContaining('urlencoded'), body: 'a=b+c' }),
    },
    {
      config: () => ({ method: 'post', data: new Uint8Array([1, 2, 255]) }),
      shows: echoed({ body: '\u0001\u0002\u00ff' }),
    },
    {
      config: () => ({ method: 'post', data: new Blob(['blob'], { type: 'text/plain' }) }),
      shows: echoed({ body: 'blob' }),
    },
    {
      config: () => ({ method: 'post', data: form() }),
      shows: echoed({ body: expect.stringContaining('filename="b.txt"') }),
    },
    {
      config: () => ({ method: 'post', data: { a: 1 }, headers: { 'Content-Type': 'multipart/form-data' } }),
      shows: echoed({ body: expect.stringContaining('name="a"') }),
    },
  ],
  timeout: [
    { config: () => ({ timeout: 5000 }), shows: echoed({ path: '/api/own/echo' }) },
    {
      config: () => ({ url: '/own/slow', timeout: 300 }),
      shows: { result: { error: { message: 'timeout of 300ms exceeded' } } },
    },
  ],
  timeoutErrorMessage: [
    {
      only: ['http', 'xhr'],
      config: () => ({ url: '/own/slow', timeout: 300, timeoutErrorMessage: 'Too slow.' }),
      shows: { result: { error: { code: 'ECONNABORTED', message: 'Too slow.' } } },
    },
  ],
  withCredentials: [{ config: () => ({ withCredentials: false }), shows: echoed({ path: '/api/own/echo' }) }],
  adapter: [
    { config: () => ({ adapter: ['fetch', 'http'] }), shows: echoed({ path: '/api/own/echo' }) },
    {
      config: () => ({ adapter: (config) => axios.getAdapter('fetch', config)(config) }),
      shows: { result: { data: { path: '/api/own/echo' }, config: { adapter: 'function adapter' } } },
    },
    {
      config: () => ({ adapter: 'none' }),
      refreshes: 0,
      shows: { result: { error: { message: "Unknown adapter 'none'" } } },
    },
  ],
  auth: [
    {
      config: () => ({ auth: { username: 'ada', password: 'x' } }),
      refreshes: 0,
      shows: { result: { status: 401, error: { code: 'ERR_BAD_REQUEST' } } },
    },
  ],
  responseType: [
    {
      config: () => ({ responseType: 'arraybuffer' }),
      shows: { result: { data: { bytes: expect.any(String) } } },
    },
    { config: () => ({ url: '/own/tiny', responseType: 'text' }), shows: { result: { data: 'tiny' } } },
    { config: () => ({ responseType: 'json' }), shows: echoed({ path: '/api/own/echo' }) },
    {
      only: ['fetch', 'xhr'],
      config: () => ({ url: '/own/tiny', responseType: 'blob' }),
      shows: { result: { data: { blob: 'tiny' } } },
    },
    {
      only: ['http', 'fetch'],
      config: () => ({ url: '/own/tiny', responseType: 'stream' }),
      shows: { result: { data: { stream: 'tiny' } } },
    },
    {
      only: fetching,
      config: () => ({ url: '/own/form', responseType: 'formdata' }),
      shows: { result: { data: { form: [['a', '1']] } } },
    },
    {
      only: ['xhr'],
      config: () => ({ url: '/own/page', responseType: 'document' }),
      shows: { result: { data: { document: 'Hello' } } },
    },
  ],
  responseEncoding: [
    {
      only: node,
      config: () => ({ url: '/own/tiny', responseEncoding: 'base64' }),
      shows: { result: { data: 'dGlueQ==' } },
    },
  ],
  xsrfCookieName: [{ config: () => ({ xsrfCookieName: 'own' }), shows: echoed({ path: '/api/own/echo' }) }],
  xsrfHeaderName: [
    {
      only: ['xhr'],
      config: () => ({ xsrfCookieName: 'xsrf', xsrfHeaderName: 'X-Own-Xsrf', withXSRFToken: true }),
      shows: echoed({ headers: { 'x-own-xsrf': 'mark' } }),
    },
  ],
  onUploadProgress: [
    {
      config: ({ heard }) => ({
        method: 'post',
        data: 'x'.repeat(100_000),
        onUploadProgress: rising(heard),
      }),
      shows: { heard: ['100000 of 100000'] },
    },
  ],
  onDownloadProgress: [
    {
      config: ({ heard }) => ({ url: '/own/large', responseType: 'text', onDownloadProgress: rising(heard) }),
      shows: { heard: ['300000 of 300000'] },
    },
    {
      config: ({ heard }) => ({ url: '/own/tiny', responseType: 'text', onDownloadProgress: rising(heard) }),
      shows: { heard: ['4 of 4'] },
    },
  ],
  maxContentLength: [
    {
      only: ['http', 'fetch'],
      config: () => ({ url: '/own/tiny', maxContentLength: 10 }),
      shows: { result: { data: 'tiny' } },
    },
    {
      only: ['http', 'fetch'],
      config: () => ({ url: '/own/large', maxContentLength: 10 }),
      shows: { result: { error: { message: 'maxContentLength size of 10 exceeded' } } },
    },
  ],
  validateStatus: [
    { config: () => ({ validateStatus: () => true }), shows: echoed({ path: '/api/own/echo' }) },
    { config: () => ({ validateStatus: null }), shows: echoed({ path: '/api/own/echo' }) },
    { config: () => ({ validateStatus: () => false }), shows: { result: { error: { status: 200 } } } },
    {
      config: ({ heard }) => ({
        url: '/own/missing',
        validateStatus: (status) => {
          heard(`${status}`)
          return status === 404
        },
      }),
      shows: { result: { status: 404, data: { code: 'not_found' } }, heard: ['404'] },
    },
    {
      config: () => ({ url: '/own/missing' }),
      shows: { result: { error: { status: 404, code: 'ERR_BAD_REQUEST' }, data: { code: 'not_found' } } },
    },
  ],
  maxBodyLength: [
    {
      only: ['http', 'fetch'],
      config: () => ({ ...posting, maxBodyLength: 2 }),
      refreshes: 0,
      shows: { result: { error: { message: 'Request body larger than maxBodyLength limit' } } },
    },
  ],
  maxRedirects: [
    {
      only: node,
      config: () => ({ url: '/own/moved', maxRedirects: 0 }),
      shows: { result: { error: { status: 302 } } },
    },
    {
      only: node,
      config: () => ({ url: '/own/moved', maxRedirects: 2 }),
      shows: echoed({ path: '/api/own/echo' }),
    },
  ],
  maxRate: [
    {
      only: node,
      config: () => ({ url: '/own/tiny', maxRate: [1e6, 1e6] }),
      shows: { result: { data: 'tiny' } },
    },
  ],
  beforeRedirect: [
    {
      only: node,
      config: ({ heard }) => ({ url: '/own/moved', beforeRedirect: ({ path }) => heard(`to ${path}`) }),
      shows: { result: { status: 200 }, heard: ['to /api/own/echo'] },
    },
  ],
  socketPath: [
    {
      only: node,
      config: () => ({ socketPath: '/nowhere' }),
      refreshes: 0,
      shows: { result: { error: { code: 'ENOENT' } } },
    },
  ],
  allowedSocketPaths: [
    {
      only: node,
      config: () => ({ socketPath: '/nowhere', allowedSocketPaths: ['/elsewhere'] }),
      refreshes: 0,
      shows: { result: { error: { code: 'ERR_BAD_OPTION_VALUE' } } },
    },
  ],
  transport: [
    {
      only: node,
      config: () => ({ transport: { request } }),
      shows: echoed({ path: '/api/own/echo' }),
    },
  ],
  httpAgent: [
    {
      only: node,
      config: () => ({ httpAgent: new HttpAgent({ maxSockets: 1 }) }),
      shows: echoed({ method: 'GET' }),
    },
  ],
  httpsAgent: [
    { only: node, config: () => ({ httpsAgent: new HttpsAgent() }), shows: echoed({ method: 'GET' }) },
  ],
  proxy: [{ only: node, config: () => ({ proxy: false }), shows: echoed({ method: 'GET' }) }],
  cancelToken: [
    {
      config: ({ atWork }) => ({
        url: '/own/slow',
        cancelToken: new axios.CancelToken((cancel) => atWork(() => cancel('Enough.'))),
      }),
      shows: { result: { error: { name: 'CanceledError', code: 'ERR_CANCELED' } } },
    },
    {
      config: () => ({ cancelToken: new axios.CancelToken((cancel) => cancel('Enough.')) }),
      refreshes: 0,
      shows: { result: { error: { name: 'CanceledError', message: 'Enough.' } } },
    },
  ],
  decompress: [
    { config: () => ({ url: '/own/packed' }), shows: echoed({ packed: true }) },
    {
      only: node,
      config: () => ({ url: '/own/packed', decompress: false, responseType: 'arraybuffer' }),
      shows: { result: { data: { bytes: expect.not.stringContaining('packed') } } },
    },
  ],
  transitional: [
    {
      config: () => ({
        url: '/own/broken',
        responseType: 'json',
        transitional: { silentJSONParsing: false },
      }),
      shows: { result: { error: { code: 'ERR_BAD_RESPONSE' } } },
    },
    {
      only: ['http', 'xhr'],
      config: () => ({ url: '/own/slow', timeout: 300, transitional: { clarifyTimeoutError: true } }),
      shows: { result: { error: { code: 'ETIMEDOUT' } } },
    },
  ],
  signal: [
    {
      config({ atWork }) {
        const abort = new AbortController()
        atWork(() => abort.abort())
        return { url: '/own/slow', signal: abort.signal }
      },
      shows: { result: { error: { name: 'CanceledError', code: 'ERR_CANCELED' } } },
    },
    {
      config: () => ({ signal: AbortSignal.abort() }),
      refreshes: 0,
      shows: { result: { error: { name: 'CanceledError', message: 'canceled' } } },
    },
  ],
  insecureHTTPParser: [
    { only: node, config: () => ({ insecureHTTPParser: true }), shows: echoed({ method: 'GET' }) },
  ],
  env: [
    {
      only: fetching,
      config: () => ({
        url: '/own/tiny',
        maxContentLength: 10,
        env: {
          fetch: async (input, init) => {
            const answer = await fetch(input, init)
            return new Response(`${await answer.text()}!`, answer)
          },
        },
      }),
      shows: { result: { data: 'tiny!' } },
    },
  ],
  formSerializer: [
    {
      only: ['http', 'xhr'],
      config: () => ({
        method: 'post',
        data: { a: { b: 1 } },
        headers: { 'Content-Type': 'multipart/form-data' },
        formSerializer: { dots: true },
      }),
      shows: echoed({ body: expect.stringContaining('name="a.b"') }),
    },
  ],
  family: [{ only: node, config: () => ({ family: 4 }), shows: echoed({ method: 'GET' }) }],
  lookup: [
    {
      only: node,
      config: ({ url }) => ({
        baseURL: `${url}/api`,
        lookup: async () => ({ address: '127.0.0.1', family: 4 }),
      }),
      shows: echoed({ method: 'GET' }),
    },
  ],
  withXSRFToken: [
    {
      only: ['xhr', 'fetch'],
      config: () => ({ xsrfCookieName: 'xsrf', withXSRFToken: () => true }),
      shows: echoed({ method: 'GET' }),
    },
  ],
  parseReviver: [
    {
      config: () => ({ url: '/own/numbers', parseReviver: (_, value) => (value === 2 ? 'two' : value) }),
      shows: echoed({ one: 1, two: 'two' }),
    },
  ],
  fetchOptions: [
    {
      only: fetching,
      config: () => ({ fetchOptions: { cache: 'no-store' } }),
      shows: echoed({ method: 'GET' }),
    },
  ],
  httpVersion: [{ only: node, config: () => ({ httpVersion: 1 }), shows: echoed({ method: 'GET' }) }],
  http2Options: [{ only: node, config: () => ({ http2Options: {} }), shows: echoed({ method: 'GET' }) }],
  formDataHeaderPolicy: [
    {
      config: () => ({ method: 'post', data: form(), formDataHeaderPolicy: 'content-only' }),
      shows: echoed({ body: expect.stringContaining('filename="b.txt"') }),
    },
  ],
  redact: [
    {
      config: () => ({ url: '/own/missing', headers: { 'X-Own': 'secret' }, redact: ['X-Own'] }),
      shows: { result: { json: { config: { headers: { 'X-Own': '[REDACTED ****]' } } } } },
    },
  ],
  sensitiveHeaders: [
    {
      only: node,
      config: () => ({ url: '/own/moved', headers: { 'X-Own': 'yes' }, sensitiveHeaders: ['X-Own'] }),
      shows: echoed({ headers: { 'x-own': 'yes' } }),
    },
  ],
  authenticate: [
    {
      config: () => ({ authenticate: false }),
      refreshes: 0,
      shows: { result: { status: 401, error: { code: 'ERR_BAD_REQUEST' } } },
    },
  ],
  confirm: [
    {
      config: () => ({ url: '/own/echo/quiet', confirm: false }),
      shows: echoed({ path: '/api/own/echo/quiet' }),
    },
  ],
} satisfies Record<keyof AxiosRequestConfig, Case[]>

/** What an application adds to `auth.http`. */
export const interceptorCases: Record<string, Case> = {
  'adds a header': {
    arrange: (http) =>
      http.interceptors.request.use((config) => {
        config.headers.set('X-Tenant', 'blue')
        return config
      }),
    config: () => ({}),
    shows: echoed({ headers: { 'x-tenant': 'blue' } }),
  },
  'adds a nonce': {
    arrange(http, { heard }) {
      let count = 0
      http.interceptors.request.use(async (config) => {
        count += 1
        heard(`nonce ${count}`)
        config.headers.set('X-Nonce', String(count))
        return config
      })
    },
    config: () => posting,
    shows: { result: { data: { headers: { 'x-nonce': '1' } } }, heard: ['nonce 1'] },
  },
  'changes the address': {
    arrange: (http) =>
      http.interceptors.request.use((config) => ({ ...config, url: `/own/v2${config.url}` }), null, {
        synchronous: true,
      }),
    config: () => ({ url: '/echo' }),
    shows: echoed({ path: '/api/own/v2/echo' }),
  },
  'runs after the client’s own': {
    arrange(http) {
      http.interceptors.request.use((config) => {
        config.headers.set('X-Late', 'yes')
        return config
      })
    },
    config: () => ({ transitional: { legacyInterceptorReqResOrdering: false } }),
    shows: echoed({ headers: { 'x-late': 'yes' } }),
  },
  'refuses to send': {
    arrange: (http) =>
      http.interceptors.request.use(() => {
        throw new Error('Not today.')
      }),
    config: () => ({}),
    refreshes: 0,
    shows: { result: { thrown: 'Error: Not today.' } },
  },
  'unwraps the data': {
    arrange: (http) => http.interceptors.response.use((answer) => answer.data),
    config: () => posting,
    shows: { result: { value: { body: '{"a":1}' } } },
  },
  'hears of answers': {
    arrange: (http, { heard }) =>
      http.interceptors.response.use((answer) => {
        heard(`answer ${answer.status}`)
        return answer
      }),
    config: () => ({}),
    shows: { heard: ['answer 200'] },
  },
  'hears of errors': {
    arrange: (http, { heard }) =>
      http.interceptors.response.use(null, (error) => {
        heard(`error ${error.response.status}`)
        throw error
      }),
    config: () => ({ url: '/own/missing' }),
    shows: { result: { error: { status: 404 } }, heard: ['error 404'] },
  },
  'makes an answer of an error': {
    arrange: (http) => http.interceptors.response.use(null, () => 'nothing'),
    config: () => ({ url: '/own/missing' }),
    shows: { result: { value: 'nothing' } },
  },
  'sends it once more': {
    arrange(http) {
      let isFirst = true
      http.interceptors.response.use(null, async (error) => {
        if (!isFirst) throw error
        isFirst = false
        return await http.request({ ...error.config, url: '/own/echo' })
      })
    },
    config: () => ({ ...posting, url: '/own/missing' }),
    shows: { result: { data: { path: '/api/own/echo' } } },
  },
}

function form() {
  const data = new FormData()
  data.append('a', '1')
  data.append('b', new Blob(['file'], { type: 'text/plain' }), 'b.txt')
  return data
}

/** Notes when all is there, and when the progress goes back. */
function rising(heard: (what: string) => void) {
  let loaded = 0
  return (event: { loaded: number; total?: number }) => {
    if (event.loaded < loaded) heard(`back to ${event.loaded}`)
    if (event.loaded === event.total && event.loaded > loaded) heard(`${event.loaded} of ${event.total}`)
    loaded = event.loaded
  }
}
