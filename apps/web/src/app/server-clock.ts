import { useEffect, useState } from 'react'
import { useSignedIn } from './signed-in-context.ts'

const tickMs = 30_000

/**
 * The server's time in milliseconds since 1970, so that "5 minutes ago" is right even on a device with a wrong clock. It
 * follows from the access token: when it expires there, and how long it has left here. Updates twice a minute.
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
