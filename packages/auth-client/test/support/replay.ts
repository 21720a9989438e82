import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios'
import { isAxiosError } from 'axios'
import { ownRoutes, sent } from './own-routes.ts'
import { gate, refreshPath, setUp, signedInTab } from './setup.ts'

export type AdapterName = 'http' | 'fetch' | 'xhr'

/** What a test case is made from: the address of the server, and where callbacks note that they were called. */
export interface Scene {
  url: string
  heard: (what: string) => void
  /** Runs something once the server is at work on `/own/slow`. */
  atWork: (then: () => void) => void
}

export interface Case {
  /** In which of axios's adapters there is such a thing. Default: all. */
  only?: readonly AdapterName[]
  config: (scene: Scene) => AxiosRequestConfig
  /** Interceptors and the like. */
  arrange?: (http: AxiosInstance, scene: Scene) => void
  /** How often the token is renewed when it has expired. Default: 1; 0 where nothing is sent, or not with the token. */
  refreshes?: 0
  /** That the option did what it is for: otherwise two results may be the same because nothing worked. */
  shows: unknown
}

/** One request with a fresh token, or with one that the server refuses, and all that anybody saw of it. */
export async function run({ config, arrange }: Case, adapter: AdapterName, token: 'fresh' | 'expired') {
  const world = await setUp()
  const atWork = gate()
  world.server.serve((call) => {
    if (call.path === '/api/own/slow') atWork.open()
    return ownRoutes(call)
  })
  const tab = await signedInTab(world)
  const heard: string[] = []
  const scene: Scene = {
    url: world.url,
    heard: (what) => heard.push(what),
    atWork: (then) => void atWork.promise.then(then),
  }
  arrange?.(tab.http, scene)
  if (token === 'expired') world.server.expireAccessTokens()
  const result = await described(tab.http.request({ url: '/own/echo', adapter, ...config(scene) }))
  const sendings = world.server.calls.filter(
    ({ path, method }) => path.startsWith('/api/own') && method !== 'OPTIONS',
  )
  return {
    /** What the caller can see. */
    seen: JSON.parse(JSON.stringify({ result, heard }).replaceAll(world.url, 'http://server')) as unknown,
    sendings: sendings.map(sent),
    refreshes: world.server.count(refreshPath),
  }
}

async function described(request: Promise<unknown>): Promise<unknown> {
  try {
    const answer = await request
    return isResponse(answer) ? await ofResponse(answer) : { value: answer }
  } catch (error) {
    if (!isAxiosError(error)) return { thrown: String(error) }
    return {
      error: { name: error.name, code: error.code, message: error.message, status: error.status },
      config: ofConfig(error.config),
      json: error.config?.cancelToken ? null : { ...error.toJSON(), stack: null },
      ...(error.response && (await ofResponse(error.response))),
    }
  }
}

const isResponse = (answer: unknown): answer is AxiosResponse =>
  typeof answer === 'object' && answer !== null && 'status' in answer && 'config' in answer

async function ofResponse({ status, statusText, headers, data, config }: AxiosResponse) {
  const type: unknown = headers['content-type']
  return { status, statusText, type, data: await plain(data), config: ofConfig(config) }
}

/** Everything in a config that can be told, and of functions that they are there. */
function ofConfig(config: AxiosRequestConfig | undefined) {
  const { headers, ...others } = config ?? {}
  const told = Object.entries(others).map(([name, value]) => [name, telling(value)])
  return { ...Object.fromEntries(told), headers: Object.keys(headers ?? {}).sort() }
}

function telling(value: unknown): unknown {
  if (typeof value === 'function') return `function ${value.name}`
  return typeof value === 'string' || typeof value === 'number' ? value : typeof value
}

async function plain(data: unknown): Promise<unknown> {
  if (data instanceof Blob) return { blob: await data.text() }
  if (data instanceof FormData) return { form: [...data.entries()] }
  if (ArrayBuffer.isView(data))
    return { bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString() }
  if (Object.prototype.toString.call(data) === '[object ArrayBuffer]')
    return { bytes: Buffer.from(data as ArrayBuffer).toString() }
  if (typeof data === 'object' && data !== null && Symbol.asyncIterator in data)
    return { stream: await collected(data) }
  if (typeof data === 'object' && data !== null && 'documentElement' in data)
    return { document: (data as Document).documentElement.textContent }
  return data ?? null
}

async function collected(stream: unknown): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
