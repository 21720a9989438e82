import { useEffect, useState } from 'react'
import { useSignedIn } from './signed-in-context.ts'

const tickMs = 30_000

/**
 * Milliseconds since 1970 by the server's clock, so that "5 minutes ago" is right on a device whose clock is not. The
 * access token tells: it knows when it expires there, and how long it has left here. Ticks twice a minute.
 */
export function useServerNow(): number {
  const { accessToken } = useSignedIn()
  const [, setTick] = useState(0)

  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), tickMs)
    return () => clearInterval(timer)
  }, [])

  const remainingMs = accessToken.remainingMs()
  return remainingMs > 0 ? accessToken.claims.exp * 1000 - remainingMs : Date.now()
}
