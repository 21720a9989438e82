import {
  type FindUsersQuery,
  type UserFilter,
  type UserSort,
  userFilters,
  userSorts,
} from '@latchkey/contracts'

export const longestQuery = 254
export type UserQuestion = Partial<FindUsersQuery> & { query: string; filter: UserFilter; sort: UserSort }

/** What the address of the page asks for. What it does not say, or says wrong, is as usual. */
export function questionIn(parameters: URLSearchParams): UserQuestion {
  const oneOf = <Value extends string>(name: string, values: readonly Value[], usual: Value) =>
    values.find((value) => value === parameters.get(name)) ?? usual
  const after = parameters.get('after')
  const before = parameters.get('before')
  return {
    query: (parameters.get('q') ?? '').slice(0, longestQuery),
    filter: oneOf('filter', userFilters, 'all'),
    sort: oneOf('sort', userSorts, '-joined'),
    ...(after && { after }),
    ...(before && !after && { before }),
  }
}

/** The same question on another page, or another question, as an address. It begins with the first page. */
export function searchOf({ query, filter, sort, after, before }: UserQuestion): string {
  const parameters = new URLSearchParams({
    ...(query && { q: query }),
    ...(filter !== 'all' && { filter }),
    ...(sort !== '-joined' && { sort }),
    ...(after && { after }),
    ...(before && { before }),
  })
  return parameters.size === 0 ? '' : `?${parameters}`
}

export const firstPage = ({ query, filter, sort }: UserQuestion): UserQuestion => ({ query, filter, sort })
