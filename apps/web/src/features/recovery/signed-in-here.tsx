import { useSession } from '../../app/auth-context.ts'

/** Whose session this browser holds, in case the link was meant for somebody else. */
export function SignedInHere() {
  const session = useSession()
  if (session.status !== 'signedIn') return null
  const { username, email } = session.user
  return (
    <p>
      In this browser <strong>{username}</strong> ({email}) is signed in. The link counts for the account that
      it was sent to, which may be another one.
    </p>
  )
}
