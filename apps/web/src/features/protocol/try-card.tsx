import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { words } from '../../words/en/protocol.ts'
import styles from './try-card.module.css'
import type { ExperimentName, Experiments } from './use-experiments.ts'

const offers: readonly ExperimentName[] = ['expired', 'twoTabs', 'lostAnswer', 'theft']
/** Only where the server plays along. */
const needDemo: readonly ExperimentName[] = ['lostAnswer', 'theft']

interface TryCardProps {
  experiments: Experiments
  hasDemo: boolean
  /** Whether the session goes on only with a key: without one, a copy would work. */
  isBound: boolean
}

export function TryCard({ experiments: { running, finding, failure, run }, hasDemo, isBound }: TryCardProps) {
  const isOffered = (name: ExperimentName) =>
    (hasDemo || !needDemo.includes(name)) && (isBound || name !== 'theft')
  return (
    <Card title={words.tryIt}>
      <div className={styles.content}>
        <ul className={styles.offers}>
          {offers.filter(isOffered).map((name) => (
            <li key={name}>
              <Button
                variant="secondary"
                className={styles.button ?? ''}
                isBusy={running === name}
                aria-describedby={`try-${name}`}
                onClick={() => run(name)}
              >
                {words.offers[name].label}
              </Button>
              <p id={`try-${name}`}>{words.offers[name].meaning}</p>
            </li>
          ))}
        </ul>
        {!hasDemo && <p className={styles.elsewhere}>{words.inDevelopmentAlone}</p>}
        <div className={styles.outcome}>
          <p role="status" className={styles.finding}>
            {running ? '' : (finding ?? words.watchTheLanes)}
          </p>
          <FailureAlert failure={failure} />
        </div>
      </div>
    </Card>
  )
}
