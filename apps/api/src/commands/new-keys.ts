import { generateKeyPairSync, randomBytes } from 'node:crypto'

export const newSecret = () => randomBytes(48).toString('base64url')

/** As `WEBHOOK_SECRET` takes it (Standard Webhooks). */
export const newWebhookSecret = () => `whsec_${randomBytes(32).toString('base64')}`

/** For ES256, as `JWT_ACCESS_SECRET` takes it. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return `es256:${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')}`
}
