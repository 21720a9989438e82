import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { Card } from '../../components/card.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { words } from '../../words/en/protocol.ts'
import { fill } from '../../words/fill.ts'
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
        <PageTitle>{words.title}</PageTitle>
        <p>{fill(words.lead, { back: <Link to={paths.dashboard}>{words.back}</Link> })}</p>
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
            obstacle={isDemo ? words.noKeyHere : words.notInProduction}
          />
        </div>
      </div>
      <div className={styles.more}>
        <Card title={words.insideAccessToken}>
          <ClaimList claims={accessToken.claims} />
        </Card>
        <ActivityLog />
      </div>
    </>
  )
}
