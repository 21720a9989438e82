import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { RotationRings } from '../auth/rotation-rings.tsx'
import styles from './try-it.module.css'

/** The way to the window into the protocol. */
export function TryIt() {
  return (
    <section className={styles.invitation} aria-labelledby="try-it">
      <div className={styles.words}>
        <h2 id="try-it">Why you stay signed in</h2>
        <p>Let your token expire, lose an answer, have your cookie stolen. Watch what happens.</p>
        <Link to={paths.protocol} className={styles.link}>
          Try it
        </Link>
      </div>
      <RotationRings />
    </section>
  )
}
