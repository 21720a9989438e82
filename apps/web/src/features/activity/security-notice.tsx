import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { useSignedIn } from '../../app/signed-in-context.ts'
import { words } from '../../words/en/activity.ts'
import { fill } from '../../words/fill.ts'
import { isAlarming, wordsFor } from './event-words.ts'
import styles from './security-notice.module.css'
import { unseenOf } from './seen-activity.ts'
import { useActivity } from './use-activity.ts'

/** Points to the latest alarming event since the last visit to the activity page, if there is one. */
export function SecurityNotice() {
  const { user } = useSignedIn()
  const activity = useActivity()
  const latest = unseenOf(user.id, activity.data ?? []).find(isAlarming)
  return (
    <div role="status" className={styles.region}>
      {latest && (
        <div className={styles.notice}>
          <p>{fill(words.notice, { title: <strong>{wordsFor(latest).title}</strong> })}</p>
          <Link to={paths.activity} className={styles.link}>
            {words.seeActivity}
          </Link>
        </div>
      )}
    </div>
  )
}
