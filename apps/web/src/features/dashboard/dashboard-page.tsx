import { useSignedIn } from '../../app/signed-in-context.ts'
import { PageTitle } from '../../components/page-title.tsx'
import { AccessTokenCard } from './access-token-card.tsx'
import { ActivityLog } from './activity-log.tsx'
import styles from './dashboard-page.module.css'
import { ProfileCard } from './profile-card.tsx'
import { ProtectedCallCard } from './protected-call-card.tsx'

export default function DashboardPage() {
  const { user, accessToken } = useSignedIn()
  return (
    <>
      <div className={styles.heading}>
        <PageTitle tabTitle="Dashboard">{`Hello, ${user.username}`}</PageTitle>
        <p>You are signed in. Call a protected endpoint, let your access expire, and watch it come back.</p>
      </div>
      <div className={styles.grid}>
        <ProtectedCallCard tokenId={accessToken.claims.jti} />
        <ActivityLog />
        <ProfileCard user={user} />
        <AccessTokenCard accessToken={accessToken} />
      </div>
    </>
  )
}
