import axios from 'axios'
import { callRoute } from './call.ts'
import { type InterceptorNeeds, installInterceptor } from './interceptor.ts'
import type { Settings } from './settings.ts'
import type { Transport } from './transport.ts'

const requestLimitMs = 30_000

/** Makes the transport. No other file imports axios, so that a page can download it when it is wanted. */
export function createTransport({ baseUrl, environment }: Settings, needs: InterceptorNeeds): Transport {
  const { adapter } = environment
  const create = () =>
    axios.create({
      baseURL: baseUrl,
      timeout: requestLimitMs,
      // The API tells other sites' requests by Sec-Fetch-Site and Origin; axios's XSRF cookie is not part of it.
      withXSRFToken: false,
      ...(adapter && { adapter }),
    })

  const http = create()
  installInterceptor(http, needs)
  return { plain: create(), http, call: (route, options) => callRoute(http, route, options) }
}
