import { useState } from 'react'
import { useAuthClient } from '../../app/auth-context.ts'

export interface TokenExpiry {
  /** renewed: the token that was expired has given way to another. */
  stage: 'untouched' | 'expired' | 'renewed'
  expire: () => void
}

/**
 * Lets a visitor expire the access token before its time, and follows what becomes of it.
 * @param tokenId the `jti` of the access token in use
 */
export function useTokenExpiry(tokenId: string): TokenExpiry {
  const client = useAuthClient()
  const [expiredId, setExpiredId] = useState<string | null>(null)

  function expire() {
    setExpiredId(tokenId)
    client.expireAccessToken()
  }

  if (expiredId === null) return { stage: 'untouched', expire }
  return { stage: expiredId === tokenId ? 'expired' : 'renewed', expire }
}
