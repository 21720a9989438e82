import { useEffect, useState } from 'react'
import { useLocation, useNavigate } from 'react-router-dom'

/**
 * The token of the link that led here, or null. It stands after the #, which browsers send to no server, and is taken
 * out of the address bar and the history at once, so that nobody finds it there later.
 */
export function useLinkToken(): string | null {
  const { pathname, search, hash } = useLocation()
  const navigate = useNavigate()
  const [token, setToken] = useState(() => tokenIn(hash))

  useEffect(() => {
    if (!hash) return
    // Opening a second link in the same tab changes only what stands after the #.
    setToken(tokenIn(hash))
    void navigate(pathname + search, { replace: true })
  }, [hash, pathname, search, navigate])

  return token
}

function tokenIn(hash: string): string | null {
  const token = new URLSearchParams(hash.slice(1)).get('token')
  return token !== null && /^[\w-]{1,128}$/.test(token) ? token : null
}
