import { useServerNow } from '../../app/server-clock.ts'
import { deviceName } from '../../components/device-name.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import { words } from '../../words/en/protocol.ts'
import { fill } from '../../words/fill.ts'
import styles from './refresh-token-card.module.css'
import type { OwnSession } from './use-own-session.ts'

/** What may be shown of the refresh token, which is all but itself. */
export function RefreshTokenCard({ session, generation }: OwnSession) {
  const now = useServerNow()
  return (
    <section className={styles.card} aria-labelledby="refresh-token">
      <div className={styles.head}>
        <h2 id="refresh-token">{words.refreshToken}</h2>
        <p className={styles.generation}>
          <span className={styles.caption}>{words.generation}</span>{' '}
          <span key={generation} className={styles.number}>
            {generation ?? '–'}
          </span>
        </p>
      </div>
      <dl className={styles.facts}>
        <Fact name={words.usedOnce}>
          {generation === null ? words.replacedByRefresh : words.replacedBy(generation + 1)}
        </Fact>
        <Fact name={words.hidden}>{words.hiddenHow}</Fact>
        <Fact name={words.boundTo}>{boundTo(session)}</Fact>
        <Fact name={words.ifUnused}>
          {session
            ? fill(words.endsUnused, { when: <TimeAgo at={session.expiresAt} now={now} /> })
            : words.endsUnusedSomeDay}
        </Fact>
        <Fact name={words.inAnyCase}>
          {session?.endsAt
            ? fill(words.endsAnyway, { when: <TimeAgo at={session.endsAt} now={now} /> })
            : words.endsAnywaySomeDay}
        </Fact>
      </dl>
    </section>
  )
}

function boundTo(session: OwnSession['session']): string {
  const device = session ? deviceName(session.device) : words.aMoment
  return session?.bound === false ? words.boundToNothing(device) : words.boundToKey(device)
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
