import type { RouteContract } from '@latchkey/contracts'
import type { AxiosInstance } from 'axios'
import type { AnyCallOptions } from './call.ts'
import type { createOtherHost } from './other-host.ts'
import type { createTrustKeys } from './trust-keys.ts'

/** All there is of axios. Whoever asks for it waits until it is downloaded. */
export interface Transport {
  /** For the client's own calls; knows no interceptor. */
  plain: AxiosInstance
  /** For everybody else's; the interceptor is installed on it. */
  http: AxiosInstance
  createOtherHost: typeof createOtherHost
  createTrustKeys: typeof createTrustKeys
  /** Calls a route of the contract. */
  call(route: RouteContract, options?: AnyCallOptions): Promise<unknown>
}
