import type { AccessTokenClaims } from '@latchkey/contracts'
import { words } from '../../words/en/protocol.ts'
import { formatDate } from '../../words/formats.ts'
import styles from './claim-list.module.css'

export function ClaimList({ claims }: { claims: AccessTokenClaims }) {
  const names = Object.keys(words.claims) as (keyof AccessTokenClaims)[]
  return (
    <dl className={styles.claims}>
      {names.map((name) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            <code className={styles.value}>{readable(name, claims)}</code>
            <span className={styles.meaning}>{words.claims[name]}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function readable(name: keyof AccessTokenClaims, claims: AccessTokenClaims): string {
  const value = claims[name]
  if (
    name === 'iat' ||
    name === 'exp' ||
    name === 'auth_time' ||
    (name === 'mfa_time' && claims.mfa_time > 0)
  )
    return `${value} (${formatDate(new Date(claims[name] * 1000), { timeStyle: 'medium', hourCycle: 'h23' })})`
  return Array.isArray(value) ? value.join(', ') : String(value)
}
