import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { signingKey } from '@latchkey/sessions'

/**
 * Prints lines for `.env`. `keys` makes the two secrets. `keys es256` makes a private key for access tokens; other
 * services can verify those tokens without it.
 */
const kinds: Record<string, () => string[]> = {
  secrets: () => [`JWT_ACCESS_SECRET=${secret()}`, `JWT_REFRESH_SECRET=${secret()}`],
  es256: () => {
    const key = es256()
    return [`# kid ${signingKey(key).kid}`, `JWT_ACCESS_SECRET=${key}`]
  },
}

const [kind = 'secrets'] = process.argv.slice(2)
const make = kinds[kind]
if (make) process.stdout.write(`${make().join('\n')}\n`)
else {
  process.stderr.write(`There are no keys called "${kind}". Say secrets or es256.\n`)
  process.exitCode = 1
}

function secret(): string {
  return randomBytes(48).toString('base64url')
}

function es256(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return `es256:${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')}`
}
