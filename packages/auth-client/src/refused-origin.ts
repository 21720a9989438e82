import { AuthError, toAuthError } from './auth-error.ts'
import type { ClientEnvironment } from './environment.ts'

const alivePath = '/health/live'

/**
 * Says of a request that got no answer whether the API refuses pages of this origin. Browsers do not say: it looks like
 * a lost connection. So the API is asked twice what it tells every page, with cookies and without. Another error, or
 * one of a server that is away, stays as it is.
 */
export function createRefusedOrigin(
  baseUrl: string,
  { pageOrigin, reach }: Pick<ClientEnvironment, 'pageOrigin' | 'reach'>,
): (error: unknown) => Promise<unknown> {
  const isElsewhere = pageOrigin !== null && new URL(baseUrl, pageOrigin).origin !== pageOrigin
  if (!isElsewhere || !reach) return async (error) => error
  const reaches = (credentials: RequestCredentials) =>
    reach(baseUrl + alivePath, credentials).then(
      () => true,
      () => false,
    )

  return async (error) => {
    if (toAuthError(error).code !== 'network_error' || (await reaches('include')) || !(await reaches('omit')))
      return error
    return new AuthError(
      'origin_refused',
      `The server takes no requests from pages at ${pageOrigin}. Whoever runs it can allow them: CLIENT_URL.`,
      { cause: error },
    )
  }
}
