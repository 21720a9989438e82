import type { Device } from '@latchkey/sessions'
import type { Admission, Attempt } from '../limits/sign-in-limits.ts'
import type { Credentials } from '../users/accounts.ts'

/** What somebody says who is not signed in: whose account it is. */
export interface Claimed {
  /** What they call it; it is what their tries are counted by. */
  account: string
  /** Null when there is no such account, which they must not notice. */
  user: Credentials | null
  device: Device
  /** What the `device` cookie says. */
  deviceId: string | undefined
  /** Counts the attempt before anything is compared, and may refuse it. */
  admit(attempt: Attempt): Promise<Admission>
}

/** What sign-in knows of passwords that are shown from outside. */
export interface PasswordFromOutside {
  /** Counted like a sign-in. Throws what `admit` throws. */
  isRight(password: string, claimed: Claimed): Promise<boolean>
}
