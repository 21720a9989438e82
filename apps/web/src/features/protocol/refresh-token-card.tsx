import { useServerNow } from '../../app/server-clock.ts'
import { TimeAgo } from '../../components/time-ago.tsx'
import styles from './refresh-token-card.module.css'
import type { OwnSession } from './use-own-session.ts'

/** What may be shown of the refresh token, which is all but itself. */
export function RefreshTokenCard({ session, generation }: OwnSession) {
  const now = useServerNow()
  return (
    <section className={styles.card} aria-labelledby="refresh-token">
      <div className={styles.head}>
        <h2 id="refresh-token">Your refresh token</h2>
        <p className={styles.generation}>
          <span className={styles.caption}>Generation</span>{' '}
          <span key={generation} className={styles.number}>
            {generation ?? '–'}
          </span>
        </p>
      </div>
      <dl className={styles.facts}>
        <Fact name="Used once">
          {generation === null
            ? 'Each refresh replaces it.'
            : `The next refresh replaces it with generation ${generation + 1}.`}
        </Fact>
        <Fact name="Hidden">In an HttpOnly cookie. No script can read it, and neither can this page.</Fact>
        <Fact name="Bound to">{boundTo(session)}</Fact>
        <Fact name="If not used">
          {session ? (
            <>
              Ends <TimeAgo at={session.expiresAt} now={now} />. Each refresh puts that off.
            </>
          ) : (
            'Ends in some days. Each refresh puts that off.'
          )}
        </Fact>
        <Fact name="In any case">
          {session?.endsAt ? (
            <>
              Ends <TimeAgo at={session.endsAt} now={now} />. Nothing puts that off.
            </>
          ) : (
            'Ends in some months. Nothing puts that off.'
          )}
        </Fact>
      </dl>
    </section>
  )
}

function boundTo(session: OwnSession['session']): string {
  const device = session ? session.device : 'a moment, please'
  return session?.bound === false
    ? `Nothing: this browser (${device}) keeps no key under this address.`
    : `A key in this browser (${device}) that nobody can read out. The cookie alone opens nothing.`
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
