import axios, { type AxiosInstance } from 'axios'
import type { Settings } from './settings.ts'

/** All there is of axios. Nothing else imports it, so that a page can load it when it is wanted. */
export interface Transport {
  /** For the client's own calls; knows no interceptor. */
  plain: AxiosInstance
  /** For everybody else's; the interceptor is installed on it. */
  http: AxiosInstance
}

const requestLimitMs = 30_000

export function createTransport({ baseUrl, environment }: Settings): Transport {
  const { adapter } = environment
  const create = () =>
    axios.create({
      baseURL: baseUrl,
      timeout: requestLimitMs,
      // The API tells other sites' requests by Sec-Fetch-Site and Origin; axios's XSRF cookie is not part of it.
      withXSRFToken: false,
      ...(adapter && { adapter }),
    })
  return { plain: create(), http: create() }
}
