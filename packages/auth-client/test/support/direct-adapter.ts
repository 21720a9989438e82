import axios, { type AxiosAdapter, AxiosError, AxiosHeaders, type AxiosResponse } from 'axios'
import type { ProtocolServer } from './protocol-server.ts'

/** Calls the protocol server without a network in between, so that thousands of histories can be tried. */
export function directAdapter(server: ProtocolServer): AxiosAdapter {
  return async (config) => {
    const headers = Object.entries(AxiosHeaders.from(config.headers).toJSON())
    const answer = server.handle({
      method: config.method ?? 'get',
      path: new URL(axios.getUri(config)).pathname,
      headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), String(value)])),
      body: typeof config.data === 'string' ? JSON.parse(config.data) : {},
    })
    const response: AxiosResponse = {
      status: answer.status,
      statusText: '',
      headers: AxiosHeaders.from(answer.headers),
      data: answer.body,
      config,
    }
    if (answer.status < 400) return response
    throw new AxiosError('refused', AxiosError.ERR_BAD_REQUEST, config, undefined, response)
  }
}
