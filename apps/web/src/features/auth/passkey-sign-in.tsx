import { AuthError } from '@latchkey/auth-client'
import { useAuthClient } from '@latchkey/react'
import { useEffect, useRef, useState } from 'react'
import { supportsAutofill, supportsPasskeys } from '../../app/passkey-support.ts'
import { Button } from '../../components/button.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/entrance.ts'
import styles from './entrance-form.module.css'

/** The form comes first; then what few people need. */
const idleMs = 300

/** Signs in by a passkey: by a button, and meanwhile by what the browser offers where the name is typed. */
export function PasskeySignIn() {
  const client = useAuthClient()
  const [offers, setOffers] = useState(0)
  const [failure, setFailure] = useState<AuthError | null>(null)
  const isInFlight = useRef(false)
  const offered = useRef<AbortController>(null)
  const [isBusy, setIsBusy] = useState(false)

  async function signIn() {
    if (isInFlight.current) return
    isInFlight.current = true
    setIsBusy(true)
    setFailure(null)
    // Also one that is still to come: the server knows of one challenge at a time.
    offered.current?.abort()
    try {
      await client.loginWithPasskey()
    } catch (error) {
      setFailure(error instanceof AuthError ? error : null)
      // The dialog took the place of the offer.
      setOffers((count) => count + 1)
    }
    isInFlight.current = false
    setIsBusy(false)
  }

  useEffect(() => {
    const end = new AbortController()
    offered.current = end
    async function offer() {
      if (!(await supportsAutofill()) || end.signal.aborted) return
      try {
        await client.loginWithPasskey({ autofill: true, signal: end.signal })
      } catch (error) {
        if (end.signal.aborted || !(error instanceof AuthError) || unnoticed.has(error.code)) return
        setFailure(error)
        if (worthAnother.has(error.code)) setOffers(offers + 1)
      }
    }
    const timer = setTimeout(() => void offer(), idleMs)
    return () => {
      clearTimeout(timer)
      end.abort()
    }
  }, [client, offers])

  if (!supportsPasskeys()) return null
  return (
    <>
      <Button variant="secondary" className={styles.passkey} isBusy={isBusy} onClick={() => void signIn()}>
        {isBusy ? words.waitingForPasskey : words.signInWithPasskey}
      </Button>
      <FailureAlert failure={failure} />
    </>
  )
}

/** An offer that nobody asked for has nothing to complain of. */
const unnoticed = new Set<string>([
  'passkey_cancelled',
  'passkey_unsupported',
  'passkey_failed',
  'passkeys_unavailable',
  'rate_limited',
  'network_error',
  'code_missing',
  'timeout',
])
const worthAnother = new Set<string>(['passkey_unknown', 'passkey_invalid', 'passkey_challenge_invalid'])
