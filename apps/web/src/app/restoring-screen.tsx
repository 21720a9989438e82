import { brand } from '@latchkey/brand'
import { useSession } from '@latchkey/react'
import { ProgressScreen } from '../components/progress-screen.tsx'
import hidden from '../components/visually-hidden.module.css'
import { words } from '../words/en/frame.ts'

/** Shown while the silent sign-in is under way. */
export function RestoringScreen() {
  const session = useSession()
  const hasTrouble = session.status === 'restoring' && session.problem !== null
  return (
    <main>
      <h1 className={hidden.hidden}>{brand.name}</h1>
      <ProgressScreen label={words.signingYouIn} trouble={hasTrouble ? words.stillTrying : null} />
    </main>
  )
}
