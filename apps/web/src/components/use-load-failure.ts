import type { AuthError } from '@latchkey/auth-client'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'

type Loading = Pick<UseQueryResult<unknown, AuthError>, 'data' | 'error' | 'errorUpdateCount'>

/**
 * Why there is nothing to show, or null. A query without data forgets it as soon as it is tried again; here it stays
 * until there is data, and with it the button that was pressed, which has the focus.
 */
export function useLoadFailure({ data, error, errorUpdateCount }: Loading): AuthError | null {
  const [last, setLast] = useState<AuthError | null>(null)
  // One that has never failed is another: what went wrong before it is no matter.
  const before = errorUpdateCount > 0 ? last : null
  const failure = data === undefined ? (error ?? before) : null
  if (failure !== last) setLast(failure)
  return failure
}
