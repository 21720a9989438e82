import { useAuthClient } from '@latchkey/react'
import { useState } from 'react'

export interface TokenExpiry {
  /** renewed: another token has taken the place of the expired one. */
  stage: 'untouched' | 'expired' | 'renewed'
  expire: () => void
}

/**
 * Lets a visitor expire the access token early, and follows what happens then.
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
