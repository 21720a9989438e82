import type { AccessTokenClaims } from '@latchkey/contracts'
import styles from './claim-list.module.css'

const meanings = {
  iss: 'Issuer: the server that signed it.',
  aud: 'Audience: the service it is meant for.',
  sub: 'Subject: your account’s id.',
  sid: 'Session: the sign-in on this device that the token belongs to.',
  jti: 'The token’s own id, different for each.',
  iat: 'Issued at.',
  exp: 'Expires at, by the server’s clock.',
  auth_time: 'When you last proved who you are; a refresh does not change it.',
  amr: 'How: pwd is a password, otp a code, mfa more than one of them.',
  acr: 'How strong that is: one factor (sfa) or several (mfa).',
  mfa_time: 'When something else than a password was last shown; 0 for never.',
  epoch: 'Rises when your roles or password change; tokens with a lower number are refused.',
  roles: 'What you may do.',
  username: 'Your username, so that answering needs no database.',
  email: 'Your address, for the same reason.',
  email_verified: 'Whether you have confirmed it.',
} satisfies Record<keyof AccessTokenClaims, string>

const names = Object.keys(meanings) as (keyof AccessTokenClaims)[]

export function ClaimList({ claims }: { claims: AccessTokenClaims }) {
  return (
    <dl className={styles.claims}>
      {names.map((name) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            <code className={styles.value}>{readable(name, claims)}</code>
            <span className={styles.meaning}>{meanings[name]}</span>
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
    return `${value} (${new Date(claims[name] * 1000).toLocaleTimeString('en', { hourCycle: 'h23' })})`
  return Array.isArray(value) ? value.join(', ') : String(value)
}
