import { useSignedIn } from '../../app/signed-in-context.ts'
import { PageTitle } from '../../components/page-title.tsx'
import { words } from '../../words/en/dashboard.ts'
import { SecurityNotice } from '../activity/security-notice.tsx'
import styles from './dashboard-page.module.css'
import { ProfileCard } from './profile-card.tsx'
import { ProtectedCallCard } from './protected-call-card.tsx'
import { TokenCountdown } from './token-countdown.tsx'
import { TryIt } from './try-it.tsx'
import { useTokenExpiry } from './use-token-expiry.ts'

export default function DashboardPage() {
  const { user, accessToken } = useSignedIn()
  const expiry = useTokenExpiry(accessToken.claims.jti)
  return (
    <>
      <SecurityNotice />
      <div className={styles.heading}>
        <div className={styles.welcome}>
          <PageTitle tabTitle={words.title}>{words.hello(user.username)}</PageTitle>
          <p>{words.lead}</p>
        </div>
        <TokenCountdown accessToken={accessToken} isSpoiled={expiry.stage === 'expired'} />
      </div>
      <div className={styles.pair}>
        <ProtectedCallCard expiry={expiry} />
        <div className={styles.beside}>
          <ProfileCard user={user} />
          <TryIt />
        </div>
      </div>
    </>
  )
}
