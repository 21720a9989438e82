import { createHmac, timingSafeEqual } from 'node:crypto'

/** Clocks may be wrong, which it is there to find; and what it opens is no secret. */
const windowSeconds = 86_400

/** Shows that somebody has the key of this installation, for a day; and nothing of the key. */
export function doctorProof(key: string, now: Date): string {
  const at = Math.floor(now.getTime() / 1000)
  return `Doctor ${at}.${mac(key, at)}`
}

export function isDoctorProof(header: string | undefined, keys: readonly string[], now: Date): boolean {
  const [, at = '', shown = ''] = /^Doctor (\d{1,12})\.([\w-]{43})$/.exec(header ?? '') ?? []
  if (Math.abs(Number(at) - now.getTime() / 1000) > windowSeconds) return false
  return keys.some((key) => timingSafeEqual(Buffer.from(mac(key, Number(at))), Buffer.from(shown)))
}

/** No token signs text of that form. */
const mac = (key: string, at: number) =>
  createHmac('sha256', key).update(`latchkey doctor ${at}`).digest('base64url')
