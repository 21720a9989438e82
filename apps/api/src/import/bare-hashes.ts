import { phcBytes } from '../sign-in/foreign-hash.ts'

/** A hash in columns of their own, of which `--hash` says what they are. */
export interface BareHash {
  hash: string
  salt: string | undefined
  iterations: number | undefined
}

/** `--hash` cannot be understood. */
export class HashOptionError extends Error {
  override readonly name = 'HashOptionError'
}

type Encoding = 'text' | 'hex' | 'base64'

interface Kind {
  /** What may be said after its name, with what is meant where it is not; null: it has to be said. */
  options: Record<string, string | null>
  /** Its stored form; null where something of it cannot be read. `number` reads a whole number. */
  stored(parts: {
    salt: Buffer
    hash: Buffer
    iterations: number | undefined
    text(option: string): string
  }): string
}

const pbkdf2 = (digest: string): Kind => ({
  options: { iterations: '', salt: 'base64' },
  stored: ({ salt, hash, iterations, text }) =>
    `$pbkdf2-${digest}$i=${iterations ?? text('iterations')}$${phcBytes(salt)}$${phcBytes(hash)}`,
})

const salted = (digest: string): Kind => ({
  options: { order: null, salt: 'text' },
  stored: ({ salt, hash, text }) => {
    const order = text('order') === 'salt-password' ? 'first' : 'last'
    return `$salted-${digest}$salt=${order}$${phcBytes(salt)}$${phcBytes(hash)}`
  },
})

const kinds: Record<string, Kind> = {
  firebase: {
    options: { rounds: '8', memory: '14', separator: 'Bw==', salt: 'base64' },
    stored: ({ salt, hash, text }) => {
      const whole = Buffer.concat([salt, Buffer.from(text('separator'), 'base64')])
      return `$firebase-scrypt$ln=${text('memory')},r=${text('rounds')}$${phcBytes(whole)}$${phcBytes(hash)}`
    },
  },
  scrypt: {
    options: { n: null, r: '8', p: '1', salt: 'base64' },
    stored: ({ salt, hash, text }) =>
      scryptForm({ n: Number(text('n')), r: text('r'), p: text('p') }, salt, hash),
  },
  'pbkdf2-sha1': pbkdf2('sha1'),
  'pbkdf2-sha256': pbkdf2('sha256'),
  'pbkdf2-sha512': pbkdf2('sha512'),
  sha1: salted('sha1'),
  sha256: salted('sha256'),
  sha512: salted('sha512'),
}

export const bareKinds = Object.keys(kinds)

/** `n` that is no power of two comes out as a form that nothing reads. */
export const scryptForm = (
  { n, r, p }: { n: number; r: string | number; p: string | number },
  salt: Buffer,
  hash: Buffer,
): string => `$scrypt$ln=${Math.log2(n)},r=${r},p=${p}$${phcBytes(salt)}$${phcBytes(hash)}`

export type BareReader = ReturnType<typeof createBareReader>

/**
 * Reads hashes that say nothing of themselves. `said` is like `sha256,order=salt-password,salt=hex`. Throws
 * HashOptionError.
 */
export function createBareReader(said: string) {
  const [name = '', ...pairs] = said.split(',').map((part) => part.trim())
  const kind = kinds[name]
  if (!kind) throw new HashOptionError(`--hash begins with one of ${bareKinds.join(', ')}, not "${name}".`)
  const options = new Map(Object.entries(kind.options))
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 0 || !options.has(pair.slice(0, at)))
      throw new HashOptionError(
        `--hash ${name} takes ${Object.keys(kind.options).join(', ')}, not "${pair}".`,
      )
    options.set(pair.slice(0, at), pair.slice(at + 1))
  }
  const text = (option: string) => options.get(option) ?? ''
  for (const [option, value] of options)
    if (value === null) throw new HashOptionError(`--hash ${name} needs ${option}=…`)
  checkValues(name, text)
  const saltEncoding = text('salt') as Encoding

  return {
    isFirebase: name === 'firebase',

    /** In the form in which it is stored. Null: it is not what `--hash` says. `no salt`: there is none. */
    stored({ hash, salt, iterations }: BareHash): string | null | 'no salt' {
      if (!salt) return 'no salt'
      const bytes = { hash: encodedBytes(hash), salt: bytesOf(salt, saltEncoding) }
      if (!bytes.hash || !bytes.salt) return null
      return kind.stored({ hash: bytes.hash, salt: bytes.salt, iterations, text })
    },
  }
}

function checkValues(name: string, text: (option: string) => string): void {
  const wrong = (option: string, like: string) => {
    throw new HashOptionError(`--hash ${name} takes ${option}=${like}, not "${text(option)}".`)
  }
  if (!/^(text|hex|base64)$/.test(text('salt'))) wrong('salt', 'text, hex or base64')
  if (text('order') && !/^(salt-password|password-salt)$/.test(text('order')))
    wrong('order', 'salt-password or password-salt')
  for (const number of ['iterations', 'n', 'r', 'p', 'rounds', 'memory'])
    if (text(number) && !/^[1-9]\d{0,9}$/.test(text(number))) wrong(number, 'a number')
  if (text('separator') && !bytesOf(text('separator'), 'base64')) wrong('separator', 'base64')
}

/** Hexadecimal or base64, whichever it is: no hash in base64 has such digits alone. */
export const encodedBytes = (text: string): Buffer | null => bytesOf(text, 'hex') ?? bytesOf(text, 'base64')

export function bytesOf(text: string, encoding: Encoding): Buffer | null {
  if (encoding === 'text') return Buffer.from(text)
  if (encoding === 'hex') return /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : null
  // Node reads the alphabet of URLs as well.
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null
}
