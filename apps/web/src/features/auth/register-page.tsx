import type { FactorOutstanding } from '@latchkey/contracts'
import { Suspense, useState } from 'react'
import { lazyPart } from '../../app/lazy-part.tsx'
import { Link } from '../../app/link.tsx'
import { pageHistory } from '../../app/page-history.ts'
import { usePageLocation } from '../../app/page-location.ts'
import { paths } from '../../app/paths.ts'
import { readReturnPath, withReturnPath } from '../../app/return-path.ts'
import { PlainPage } from '../../components/plain-page.tsx'
import { ProgressScreen } from '../../components/progress-screen.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { words as entrance } from '../../words/en/entrance.ts'
import { words } from '../../words/en/register.ts'
import styles from './entrance-form.module.css'
import { EntranceLayout } from './entrance-layout.tsx'
import { type Made, RegisterForm } from './register-form.tsx'

const SecondStepPage = lazyPart(() => import('./second-step-page.tsx'), PlainPage)
const CheckMail = lazyPart(() => import('../recovery/check-mail.tsx'))

export default function RegisterPage() {
  const { search } = usePageLocation()
  const [unconfirmed, setUnconfirmed] = useState<Made | null>(null)
  const [outstanding, setOutstanding] = useState<FactorOutstanding | null>(null)
  const loginPath = withReturnPath(paths.login, readReturnPath(search))

  if (outstanding)
    return (
      <Suspense fallback={<ProgressScreen />}>
        <SecondStepPage outstanding={outstanding} onStartAgain={() => pageHistory.push(loginPath)} />
      </Suspense>
    )
  if (unconfirmed !== null)
    return (
      <EntranceLayout key="check-mail" title={words.checkEmail} lead={words.created(unconfirmed.email)}>
        <Suspense fallback={<Skeleton label={entrance.loading} count={1} />}>
          <CheckMail {...unconfirmed} onCorrected={(email) => setUnconfirmed({ ...unconfirmed, email })} />
        </Suspense>
        <p className={styles.other}>
          {words.alreadyConfirmed} <Link to={loginPath}>{entrance.signIn}</Link>
        </p>
      </EntranceLayout>
    )
  return (
    <EntranceLayout key="form" title={words.createYourAccount} lead={words.takesAMinute}>
      <RegisterForm onToBeConfirmed={setUnconfirmed} onOutstanding={setOutstanding} />
      <p className={styles.other}>
        {words.haveAccount} <Link to={loginPath}>{entrance.signIn}</Link>
      </p>
    </EntranceLayout>
  )
}
