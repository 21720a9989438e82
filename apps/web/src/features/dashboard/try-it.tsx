import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { words } from '../../words/en/dashboard.ts'
import styles from './try-it.module.css'

/** The way to the window into the protocol. */
export function TryIt() {
  return (
    <section className={styles.invitation} aria-labelledby="try-it">
      <div className={styles.words}>
        <h2 id="try-it">{words.whySignedIn}</h2>
        <p>{words.whatToTry}</p>
        <Link to={paths.protocol} className={styles.link}>
          {words.tryIt}
        </Link>
      </div>
      <svg className={styles.rings} viewBox="0 0 120 120" aria-hidden="true">
        <circle cx="60" cy="60" r="24" strokeDasharray="40 7" />
        <circle cx="60" cy="60" r="39" strokeDasharray="90 9 30 9" />
        <circle cx="60" cy="60" r="54" strokeDasharray="150 12" />
      </svg>
    </section>
  )
}
