import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import styles from './try-card.module.css'
import type { ExperimentName, Experiments } from './use-experiments.ts'

interface Offer {
  name: ExperimentName
  label: string
  meaning: string
  /** Only where the server plays along. */
  needsDemo?: boolean
}

const offers: Offer[] = [
  {
    name: 'expired',
    label: 'Let the access token expire',
    meaning: 'Then a call: it is refused, refreshes once and goes through.',
  },
  {
    name: 'twoTabs',
    label: 'Ten calls in two tabs at once',
    meaning: 'All are refused; one refresh serves them. The second tab is a second client in this page.',
  },
  {
    name: 'lostAnswer',
    label: 'Lose the next answer',
    meaning: 'The server refreshes, and the connection breaks before you hear of it.',
    needsDemo: true,
  },
  {
    name: 'theft',
    label: 'Steal my cookie',
    meaning: 'A thief has a copy of it, and not the key of this browser.',
    needsDemo: true,
  },
]

interface TryCardProps {
  experiments: Experiments
  hasDemo: boolean
  /** Whether the session goes on only with a key: without one, a copy would work. */
  isBound: boolean
}

export function TryCard({ experiments: { running, finding, failure, run }, hasDemo, isBound }: TryCardProps) {
  const isOffered = ({ name, needsDemo = false }: Offer) =>
    (hasDemo || !needsDemo) && (isBound || name !== 'theft')
  return (
    <Card title="Try it">
      <div className={styles.content}>
        <ul className={styles.offers}>
          {offers.filter(isOffered).map(({ name, label, meaning }) => (
            <li key={name}>
              <Button
                variant="secondary"
                className={styles.button ?? ''}
                isBusy={running === name}
                aria-describedby={`try-${name}`}
                onClick={() => run(name)}
              >
                {label}
              </Button>
              <p id={`try-${name}`}>{meaning}</p>
            </li>
          ))}
        </ul>
        {!hasDemo && (
          <p className={styles.elsewhere}>
            Losing answers and stealing cookies on request are for development: there, two more buttons do it.
          </p>
        )}
        <div className={styles.outcome}>
          <p role="status" className={styles.finding}>
            {running ? '' : (finding ?? 'Each button sends real requests. Watch them in the lanes.')}
          </p>
          <FailureAlert failure={failure} />
        </div>
      </div>
    </Card>
  )
}
