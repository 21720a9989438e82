import { useSession } from '@latchkey/react'
import { words } from '../../words/en/recovery.ts'
import { fill } from '../../words/fill.ts'

/** Names who is signed in here, in case the link was meant for somebody else. */
export function SignedInHere() {
  const session = useSession()
  if (session.status !== 'signedIn') return null
  const { username, email } = session.user
  return <p>{fill(words.signedInHere, { username: <strong>{username}</strong>, email })}</p>
}
