import type { Request } from 'express'

export interface CookiePair {
  name: string
  /** Still encoded. */
  value: string
}

/**
 * Every cookie of a request, in its order. Browsers send one for each path and domain that a name was set for, and parsers
 * keep the first: whichever that is, a neighbour on this host may have set it.
 */
export function cookiePairs({ headers }: Pick<Request, 'headers'>): CookiePair[] {
  return (headers.cookie ?? '').split(';').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return { name: name.trim(), value: value.join('=').trim() }
  })
}
