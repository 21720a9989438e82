import type { ActivityKind } from '@latchkey/contracts'
import styles from './event-icon.module.css'
import type { EventWords } from './event-words.ts'

const enter = 'M14 4.5h4.5v15H14M4 12h10M10.5 8.5 14 12l-3.5 3.5'
const leave = 'M10 4.5H5.5v15H10M10 12h9.5M16 8.5l3.5 3.5-3.5 3.5'
const shield = 'M12 3.5l7 2.75v5c0 4.5-2.9 7.5-7 9.25-4.1-1.75-7-4.75-7-9.25v-5Z'
const key = 'M8.5 11a3.75 3.75 0 1 1 0 7.5 3.75 3.75 0 0 1 0-7.5ZM11.2 12.2 19 4.5M16 7.5l2.5 2.5'
const pencil = 'M5 19h3.5L19 8.5 15.5 5 5 15.5ZM13 7.5l3.5 3.5'

const warning = 'M12 4.5 20.5 19.5h-17ZM12 10v4.5M12 17v.2'
const phone = 'M8 3.5h8v17H8ZM11 17.5h2'
const networks = 'M4 8h13M13.5 4.5 17 8l-3.5 3.5M20 16H7M10.5 12.5 7 16l3.5 3.5'
const copied = `${shield}M9.5 9.5l5 5M14.5 9.5l-5 5`
const doubtful = `${shield}M12 8v4.5M12 15.5v.2`
const kept = `${shield}M9 12l2 2 4-4`
const taken = `${shield}M9.5 12h5`

const pictures: Record<ActivityKind, string> = {
  registered: 'M12 4.5a3.75 3.75 0 1 1 0 7.5 3.75 3.75 0 0 1 0-7.5ZM5 20c.6-3.6 3.3-5.5 7-5.5s6.4 1.9 7 5.5',
  signed_in: enter,
  new_device: 'M4 5.5h16v10H4ZM9 19.5h6M12 15.5v4M12 8v5M9.5 10.5h5',
  new_network: networks,
  signed_out: leave,
  session_revoked: leave,
  copied_session_refused: copied,
  token_reused: doubtful,
  answered_elsewhere: networks,
  password_changed: key,
  password_reset: key,
  password_removed: key,
  email_verified: pencil,
  email_changed: pencil,
  email_change_undone: pencil,
  email_change_cancelled: pencil,
  username_changed: pencil,
  language_changed: pencil,
  passkey_added: key,
  passkey_removed: key,
  passkey_refused: doubtful,
  passkey_counter_back: copied,
  account_disabled: taken,
  account_enabled: kept,
  roles_changed: 'M4 8h9M17 8h3M15 6v4M4 16h3M11 16h9M9 14v4',
  failed_sign_ins: warning,
  totp_enabled: phone,
  totp_disabled: phone,
  recovery_codes_renewed: key,
  recovery_code_used: key,
  recovery_codes_low: key,
  factor_asked: phone,
  factor_failed: doubtful,
  failed_factors: warning,
  browser_trusted: kept,
  browser_untrusted: taken,
  factors_reset_requested: taken,
  factors_reset_cancelled: kept,
  factors_reset: taken,
}

interface EventIconProps {
  kind: ActivityKind
  weight: EventWords['weight']
}

/** A picture of what the title beside it says. */
export function EventIcon({ kind, weight }: EventIconProps) {
  return (
    <span className={styles.plate} data-weight={weight} aria-hidden="true">
      <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true">
        {/* A newer server may know more kinds than this page. */}
        <path d={pictures[kind] ?? pencil} />
      </svg>
    </span>
  )
}
