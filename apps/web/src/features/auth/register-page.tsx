import type { FactorOutstanding } from '@latchkey/contracts'
import { Suspense, useState } from 'react'
import { Link, useLocation, useNavigate } from 'react-router-dom'
import { lazyPart } from '../../app/lazy-part.tsx'
import { paths } from '../../app/paths.ts'
import { readReturnPath, withReturnPath } from '../../app/return-path.ts'
import { PlainPage } from '../../components/plain-page.tsx'
import { ProgressScreen } from '../../components/progress-screen.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import styles from './entrance-form.module.css'
import { EntranceLayout } from './entrance-layout.tsx'
import { type Made, RegisterForm } from './register-form.tsx'

const SecondStepPage = lazyPart(() => import('./second-step-page.tsx'), PlainPage)
const CheckMail = lazyPart(() => import('../recovery/check-mail.tsx'))

export default function RegisterPage() {
  const { search } = useLocation()
  const [unconfirmed, setUnconfirmed] = useState<Made | null>(null)
  const [outstanding, setOutstanding] = useState<FactorOutstanding | null>(null)
  const navigate = useNavigate()
  const loginPath = withReturnPath(paths.login, readReturnPath(search))

  if (outstanding)
    return (
      <Suspense fallback={<ProgressScreen />}>
        <SecondStepPage outstanding={outstanding} onStartAgain={() => navigate(loginPath)} />
      </Suspense>
    )
  if (unconfirmed !== null)
    return (
      <EntranceLayout
        key="check-mail"
        title="Check your email"
        lead={`Your account has been created. Confirm your address with the link we sent to ${unconfirmed.email}, then sign in.`}
      >
        <Suspense fallback={<Skeleton label="Loading…" count={1} />}>
          <CheckMail {...unconfirmed} onCorrected={(email) => setUnconfirmed({ ...unconfirmed, email })} />
        </Suspense>
        <p className={styles.other}>
          Already confirmed? <Link to={loginPath}>Sign in</Link>
        </p>
      </EntranceLayout>
    )
  return (
    <EntranceLayout key="form" title="Create your account" lead="It takes a minute.">
      <RegisterForm onToBeConfirmed={setUnconfirmed} onOutstanding={setOutstanding} />
      <p className={styles.other}>
        Already have an account? <Link to={loginPath}>Sign in</Link>
      </p>
    </EntranceLayout>
  )
}
