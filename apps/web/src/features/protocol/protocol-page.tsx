import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Card } from '../../components/card.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { ActivityLog } from '../dashboard/activity-log.tsx'
import { ClaimList } from '../dashboard/claim-list.tsx'
import { hasDemo } from './demo-support.ts'
import { Lanes } from './lanes.tsx'
import styles from './protocol-page.module.css'
import { RefreshTokenCard } from './refresh-token-card.tsx'
import { TheftCard } from './theft-card.tsx'
import { TryCard } from './try-card.tsx'
import { useExperiments } from './use-experiments.ts'
import { useOwnSession } from './use-own-session.ts'
import { useScrolledTo } from './use-scrolled-to.ts'
import { useSecondClient } from './use-second-client.ts'

/** A window into the protocol: everything in it happens. */
export default function ProtocolPage() {
  const { accessToken } = useSignedIn()
  const second = useSecondClient()
  const experiments = useExperiments(second)
  const own = useOwnSession()
  const isBound = own.session?.bound !== false
  const isDemo = hasDemo()
  const lanes = useScrolledTo(experiments.running)
  const theftCard = useScrolledTo(experiments.theft)
  return (
    <>
      <div className={styles.heading}>
        <PageTitle>How you stay signed in</PageTitle>
        <p>
          Press a button and watch what your browser, the server and its database say to each other. These are
          real requests of your own session. <Link to={paths.dashboard}>Back to the dashboard</Link>
        </p>
      </div>
      <div className={styles.grid}>
        <TryCard experiments={experiments} hasDemo={isDemo} isBound={isBound} />
        <div ref={lanes} className={styles.cell}>
          <Lanes second={second} />
        </div>
        <RefreshTokenCard {...own} />
        <div ref={theftCard} className={styles.cell}>
          <TheftCard
            theft={experiments.theft}
            isLive={isDemo && isBound}
            obstacle={
              isDemo
                ? 'Your session has no key: browsers offer none on plain http, so a copy would work here until the second of you used it.'
                : 'In production nothing may copy your cookie, not even to show you this.'
            }
          />
        </div>
      </div>
      <div className={styles.more}>
        <Card title="Inside your access token">
          <ClaimList claims={accessToken.claims} />
        </Card>
        <ActivityLog />
      </div>
    </>
  )
}
