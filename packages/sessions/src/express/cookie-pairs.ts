import type { Request } from 'express'

export interface CookiePair {
  name: string
  /** Still encoded. */
  value: string
}

/**
 * Every cookie of a request, in order. A name can occur several times: browsers send one cookie for each path and
 * domain it was set for. Most parsers keep only the first, and another site on this host may have set that one.
 */
export function cookiePairs({ headers }: Pick<Request, 'headers'>): CookiePair[] {
  return (headers.cookie ?? '').split(';').map((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0
      ? { name: pair.trim(), value: '' }
      : { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() }
  })
}
