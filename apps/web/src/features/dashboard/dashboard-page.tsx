import { useSignedIn } from '../../app/signed-in-context.ts'
import { Card } from '../../components/card.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { SecurityNotice } from '../activity/security-notice.tsx'
import { ActivityLog } from './activity-log.tsx'
import { ClaimList } from './claim-list.tsx'
import styles from './dashboard-page.module.css'
import { ProfileCard } from './profile-card.tsx'
import { ProtectedCallCard } from './protected-call-card.tsx'
import { TokenCountdown } from './token-countdown.tsx'
import { useTokenExpiry } from './use-token-expiry.ts'

export default function DashboardPage() {
  const { user, accessToken } = useSignedIn()
  const expiry = useTokenExpiry(accessToken.claims.jti)
  return (
    <>
      <SecurityNotice />
      <div className={styles.heading}>
        <div className={styles.welcome}>
          <PageTitle tabTitle="Dashboard">{`Hello, ${user.username}`}</PageTitle>
          <p>
            You are signed in. Call a protected endpoint, let your access token expire, and watch it come
            back.
          </p>
        </div>
        <TokenCountdown accessToken={accessToken} isSpoiled={expiry.stage === 'expired'} />
      </div>
      <div className={styles.pair}>
        <ProtectedCallCard expiry={expiry} />
        <ActivityLog />
      </div>
      <div className={`${styles.pair} ${styles.facts}`}>
        <ProfileCard user={user} />
        <Card title="Inside your access token">
          <ClaimList claims={accessToken.claims} />
        </Card>
      </div>
    </>
  )
}
