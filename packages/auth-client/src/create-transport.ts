import axios from 'axios'
import { isAxiosError } from './auth-error.ts'
import { callRoute } from './call.ts'
import { type InterceptorNeeds, installInterceptor } from './interceptor.ts'
import { createOtherHost } from './other-host.ts'
import { askForPersistence } from './persistence.ts'
import type { Settings } from './settings.ts'
import type { Transport } from './transport.ts'
import { createTrustKeys } from './trust-keys.ts'

const requestLimitMs = 30_000

/** Makes the transport. Only this file and what it imports need axios, so that a page can download them later. */
export function createTransport(
  { baseUrl, environment, onOutcome, language }: Settings,
  needs: InterceptorNeeds,
): Transport {
  const { adapter } = environment
  function create() {
    const instance = axios.create({
      baseURL: baseUrl,
      timeout: requestLimitMs,
      // The API tells other sites' requests by Sec-Fetch-Site and Origin; axios's XSRF cookie is not part of it.
      withXSRFToken: false,
      ...(adapter && { adapter }),
    })
    if (language)
      instance.interceptors.request.use(
        (config) => {
          // Not in place of what a caller says.
          config.headers.set('Accept-Language', language(), false)
          return config
        },
        null,
        { synchronous: true },
      )
    instance.interceptors.response.use(
      (answer) => {
        onOutcome(true)
        return answer
      },
      (error) => {
        if (isAxiosError(error) && error.code !== 'ERR_CANCELED') onOutcome(error.response !== undefined)
        throw error
      },
    )
    return instance
  }

  // Here because everything that is not needed before a sign-in is downloaded with axios.
  askForPersistence(needs.session, environment, `latchkey:${baseUrl}:persistent`)
  const http = create()
  installInterceptor(http, needs)
  // What an application adds to its requests is added to calls of the contract, too. What it makes of answers is not:
  // their types are those of the contract.
  const typed = create()
  typed.interceptors.request = http.interceptors.request
  typed.defaults.headers = http.defaults.headers
  return {
    plain: create(),
    http,
    createOtherHost,
    createTrustKeys,
    call: (route, options) => callRoute(typed, route, options),
  }
}
