import type { FactorOutstanding } from '@latchkey/contracts'
import { useSession } from '@latchkey/react'
import { Suspense, useState } from 'react'
import { useEntranceNote } from '../../app/entrance-note.ts'
import { lazyPart } from '../../app/lazy-part.tsx'
import { Link } from '../../app/link.tsx'
import { usePageLocation } from '../../app/page-location.ts'
import { paths } from '../../app/paths.ts'
import { readReturnPath, withReturnPath } from '../../app/return-path.ts'
import { Note } from '../../components/alert.tsx'
import { PlainPage } from '../../components/plain-page.tsx'
import { ProgressScreen } from '../../components/progress-screen.tsx'
import { words } from '../../words/en/entrance.ts'
import { signedOutSentence } from './ended-sentence.ts'
import styles from './entrance-form.module.css'
import { EntranceLayout } from './entrance-layout.tsx'
import { LoginForm } from './login-form.tsx'

// Only after a right password.
const SecondStepPage = lazyPart(() => import('./second-step-page.tsx'), PlainPage)

export default function LoginPage() {
  const session = useSession()
  const { search } = usePageLocation()
  const { note } = useEntranceNote()
  const [outstanding, setOutstanding] = useState<FactorOutstanding | null>(null)
  const reason = session.status === 'signedOut' ? signedOutSentence(session) : null

  if (outstanding)
    return (
      <Suspense fallback={<ProgressScreen />}>
        <SecondStepPage outstanding={outstanding} onStartAgain={() => setOutstanding(null)} />
      </Suspense>
    )
  return (
    <EntranceLayout title={words.signIn} lead={words.welcome}>
      <Note>{note ?? reason}</Note>
      <LoginForm onOutstanding={setOutstanding} />
      <p className={styles.other}>
        {words.newHere}{' '}
        <Link to={withReturnPath(paths.register, readReturnPath(search))}>{words.createAnAccount}</Link>
      </p>
    </EntranceLayout>
  )
}
