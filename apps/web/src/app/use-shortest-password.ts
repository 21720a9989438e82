import { passwordLength } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useEffect, useState } from 'react'

/**
 * How many characters a new password needs at least. The server may ask for more than the contract does; until it has
 * said so, and where it cannot be asked, its complaint about the field has the number.
 */
export function useShortestPassword(): number {
  const client = useAuthClient()
  const [shortest, setShortest] = useState(passwordLength.min)

  useEffect(() => {
    const leaving = new AbortController()
    // The contract comes with the schemas, which the form loads by itself, too.
    import('@latchkey/contracts/forms')
      .then(({ passwordPolicy }) => client.call(passwordPolicy, { signal: leaving.signal }))
      .then(({ minLength }) => setShortest(minLength))
      .catch(() => undefined) // only a hint
    return () => leaving.abort()
  }, [client])

  return shortest
}
