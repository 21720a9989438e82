import { useSession } from '../../app/auth-context.ts'

/** Names who is signed in here, in case the link was meant for somebody else. */
export function SignedInHere() {
  const session = useSession()
  if (session.status !== 'signedIn') return null
  const { username, email } = session.user
  return (
    <p>
      You are signed in here as <strong>{username}</strong> ({email}). The link is for the account it was sent
      to, which may be a different one.
    </p>
  )
}
