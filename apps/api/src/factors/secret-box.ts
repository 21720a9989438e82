import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** NIST SP 800-38D §8.2: 96 bits. With random ones a key is good for 2^32 secrets. */
const ivBytes = 12
const tagBytes = 16

/** What was sealed, opened again. */
interface Opened {
  secret: Buffer
  /** Sealed with a key that is no longer the first: seal it anew. */
  isOutdated: boolean
}

/** Sealed with a key that is not configured any more. */
export class UnknownKeyError extends Error {
  override readonly name = 'UnknownKeyError'
}

export type SecretBox = ReturnType<typeof createSecretBox>

/**
 * Keeps secrets in the database that have to be read again (AES-256-GCM). The keys are not in the database: the first
 * of `secrets` seals, all of them open. A sealed secret names its key and is tied to one account: in another account
 * it cannot be opened.
 */
export function createSecretBox(secrets: readonly string[]) {
  const keys = secrets.map(keyOf)
  const [current] = keys
  if (!current) throw new Error('A secret box needs a key.')

  return {
    /** `1.key.iv.ciphertext`, the last two in base64url. */
    seal(secret: Uint8Array, owner: string): string {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', current.key, iv)
      cipher.setAAD(Buffer.from(owner))
      const text = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()])
      return ['1', current.id, iv.toString('base64url'), text.toString('base64url')].join('.')
    },

    /** Throws UnknownKeyError, or Error for what was not sealed for this owner. */
    open(sealed: string, owner: string): Opened {
      const [version, id, iv = '', text = ''] = sealed.split('.')
      const found = keys.find((key) => version === '1' && key.id === id)
      if (!found) throw new UnknownKeyError(`a secret was sealed with the key ${id}, which is not configured`)
      const bytes = Buffer.from(text, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', found.key, Buffer.from(iv, 'base64url'), {
        authTagLength: tagBytes,
      })
      decipher.setAAD(Buffer.from(owner))
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      const secret = Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()])
      return { secret, isOutdated: found.id !== current.id }
    },
  }
}

/** By what sealed secrets name the key that is made of a configured secret. */
export const sealingKeyId = (secret: string): string => keyOf(secret).id

/** The name of the key that sealed it. */
export const keyIdOf = (sealed: string): string => sealed.split('.')[1] ?? ''

/** A key of its own, whatever else the configured secret is used for; and a name that does not reveal it. */
function keyOf(secret: string) {
  const derive = (info: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, '', `latchkey factor secrets: ${info}`, bytes))
  return { key: derive('key', 32), id: derive('key id', 6).toString('base64url') }
}
