import { routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useEffect } from 'react'

/** Leafing through windows asks once. */
const pauseMs = 2000

/** When the page is looked at again, asks whether the session is still there: it may have been ended from elsewhere. */
export function useLookAgain() {
  const client = useAuthClient()

  useEffect(() => {
    let lastAt = performance.now()

    function look() {
      const isSeen = document.visibilityState === 'visible' && client.getState().status === 'signedIn'
      if (!isSeen || performance.now() - lastAt < pauseMs) return
      lastAt = performance.now()
      // The client follows a refusal by itself.
      client.call(routes.me).catch(() => undefined)
    }

    window.addEventListener('focus', look)
    window.addEventListener('pageshow', look)
    document.addEventListener('visibilitychange', look)
    return () => {
      window.removeEventListener('focus', look)
      window.removeEventListener('pageshow', look)
      document.removeEventListener('visibilitychange', look)
    }
  }, [client])
}
