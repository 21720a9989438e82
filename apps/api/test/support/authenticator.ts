import { createHmac } from 'node:crypto'
import type { TestApi } from './api.ts'
import type { SignedInPerson } from './people.ts'

export const stepSeconds = 30

/** RFC 6238 by its text and nothing else: no line in common with what the server uses. */
export function totpAt(secret: Buffer, step: number, { digits = 6, algorithm = 'sha1' } = {}): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(algorithm, secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** RFC 4648 §6. */
export function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text.replace(/=+$/, '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

export type Authenticator = ReturnType<typeof authenticator>

/** An app that was given a secret. It goes by the clock of the test. */
export function authenticator(api: Pick<TestApi, 'clock'>, base32: string) {
  const secret = fromBase32(base32)
  const stepNow = () => Math.floor(api.clock.now().getTime() / 1000 / stepSeconds)
  return {
    secret: base32,
    bytes: secret,
    /** The code that it shows; `steps` away: that it showed, or will. */
    code: (steps = 0) => totpAt(secret, stepNow() + steps),
    /** Six digits that are no code of these minutes. */
    wrongCode(): string {
      const near = new Set([-3, -2, -1, 0, 1, 2, 3].map((steps) => totpAt(secret, stepNow() + steps)))
      for (let number = 0; ; number++) {
        const code = String(number).padStart(6, '0')
        if (!near.has(code)) return code
      }
    },
  }
}

export const bearer = (accessToken: string) => ({ Authorization: `Bearer ${accessToken}` })

/** Somebody sets an app up; its next code is not used yet. */
export async function enrolled(api: TestApi, person: SignedInPerson) {
  const as = bearer(person.body.accessToken)
  const begun = await api.http.post('/api/factors/totp').set(as).expect(200)
  const app = authenticator(api, begun.body.secret)
  const confirmed = await api.http
    .post('/api/factors/totp/confirm')
    .set(as)
    .send({ code: app.code() })
    .expect(200)
  // The token that says what was shown.
  person.body = { ...person.body, accessToken: confirmed.body.accessToken }
  api.clock.advance(stepSeconds)
  return { app, recoveryCodes: confirmed.body.recoveryCodes as string[] }
}

/** The first step of a sign-in with a second factor. */
export const passwordStep = (
  api: TestApi,
  person: { email: string; password: string },
  headers: Record<string, string> = {},
) => api.http.post('/api/login').set(headers).send({ email: person.email, password: person.password })

export async function ticketOf(
  api: TestApi,
  person: { email: string; password: string },
  headers: Record<string, string> = {},
): Promise<string> {
  return (await passwordStep(api, person, headers).expect(202)).body.ticket
}

export const factorStep = (
  api: Pick<TestApi, 'http'>,
  ticket: string,
  code: string,
  { method = 'totp', headers = {} as Record<string, string> } = {},
) => api.http.post('/api/login/factor').set(headers).send({ ticket, method, code })
