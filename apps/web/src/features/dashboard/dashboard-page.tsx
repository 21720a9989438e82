import { useSignedIn } from '../../app/signed-in-context.ts'
import { Card } from '../../components/card.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { ActivityLog } from './activity-log.tsx'
import { ClaimList } from './claim-list.tsx'
import styles from './dashboard-page.module.css'
import { ProfileCard } from './profile-card.tsx'
import { ProtectedCallCard } from './protected-call-card.tsx'
import { TokenCountdown } from './token-countdown.tsx'

export default function DashboardPage() {
  const { user, accessToken } = useSignedIn()
  return (
    <>
      <div className={styles.heading}>
        <div className={styles.welcome}>
          <PageTitle tabTitle="Dashboard">{`Hello, ${user.username}`}</PageTitle>
          <p>You are signed in. Call a protected endpoint, let your access expire, and watch it come back.</p>
        </div>
        <TokenCountdown accessToken={accessToken} />
      </div>
      <div className={styles.pair}>
        <ProtectedCallCard tokenId={accessToken.claims.jti} />
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
