import { randomBytes } from 'node:crypto'
import type { TotpEnrolment } from '@latchkey/contracts'
import { Secret, TOTP } from 'otpauth'
import { qrCode } from './qr-code.ts'

/** RFC 4226 §4 R6 recommends 160 bits. */
const secretBytes = 20
/** What every app takes, whatever the address says. */
const usual = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Before and after: clocks differ, and typing takes time (RFC 6238 §5.2). */
const leewaySteps = 1

export const newTotpSecret = (): Buffer => randomBytes(secretBytes)

/** What an app needs to know of a secret. `issuer` and `label` are what it shows beside its codes. */
export function enrolmentOf(
  secret: Uint8Array,
  { issuer, label }: { issuer: string; label: string },
): TotpEnrolment {
  const totp = new TOTP({ ...usual, issuer, label, secret: secretOf(secret) })
  const uri = totp.toString()
  return { secret: totp.secret.base32, uri, qr: qrCode(uri) }
}

/** The step, since 1970, that a code is of; null when it is of none that counts now. */
export function stepOf(code: string, secret: Uint8Array, now: Date): number | null {
  const timestamp = now.getTime()
  const token = code.replace(/[\s-]/g, '')
  // The library compares bytes, and throws at six characters that are more.
  if (!/^\d{6}$/.test(token)) return null
  const delta = TOTP.validate({ ...usual, token, secret: secretOf(secret), timestamp, window: leewaySteps })
  return delta === null ? null : TOTP.counter({ period: usual.period, timestamp }) + delta
}

const secretOf = (bytes: Uint8Array) => new Secret({ buffer: Uint8Array.from(bytes).buffer })
