import { foreignHashCost, phcBytes, readForeignHash } from '../sign-in/foreign-hash.ts'
import { type BareReader, bytesOf, encodedBytes, scryptForm } from './bare-hashes.ts'
import type { Fields } from './fields.ts'
import { type Refusal, refused } from './refusals.ts'

/** How hashes are written elsewhere, and the form in which they are stored here. Null: something of it makes no sense. */
const notations: [RegExp, (...found: string[]) => string | null][] = [
  // Ours is called $2b$, and hashes long passwords in another way. $2y$ is the same algorithm.
  [/^\$2[aby]\$(\d\d\$[./A-Za-z0-9]{53})$/, (rest) => `$2y$${rest}`],
  // Django and Spring put a name before a hash that says it itself.
  [/^(?:bcrypt\$|\{bcrypt\})(\$2[aby]\$.+)$/, (hash = '') => notationOf(hash)],
  [/^argon2(\$argon2id?\$.+)$/, (hash = '') => hash],
  // PHC strings may say the length, which is seen anyway.
  [
    /^\$pbkdf2-(sha(?:1|256|512))\$i=(\d+)(?:,l=\d+)?\$(.+)$/,
    (digest, i, rest) => `$pbkdf2-${digest}$i=${i}$${rest}`,
  ],
  // passlib: the alphabet has a dot for the plus.
  [
    /^\$pbkdf2(-sha256|-sha512)?\$(\d+)\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/,
    (digest = '-sha1', i, ...bytes) =>
      `$pbkdf2${digest}$i=${i}$${bytes.map((each) => each.replaceAll('.', '+')).join('$')}`,
  ],
  // Django: the salt is the text itself.
  [
    /^pbkdf2_(sha1|sha256)\$(\d+)\$([^$]+)\$([^$]+)$/,
    (digest, i, salt = '', hash = '') => pbkdf2Form(digest, i, Buffer.from(salt), bytesOf(hash, 'base64')),
  ],
  [
    /^scrypt\$(\d+)\$([^$]+)\$(\d+)\$(\d+)\$([^$]+)$/,
    (n, salt = '', r = '', p = '', hash = '') =>
      scryptFrom({ n, r, p }, Buffer.from(salt), bytesOf(hash, 'base64')),
  ],
  [
    /^sha1\$([^$]+)\$([0-9a-f]{40})$/,
    (salt = '', hash = '') =>
      `$salted-sha1$salt=first$${phcBytes(Buffer.from(salt))}$${phcBytes(Buffer.from(hash, 'hex'))}`,
  ],
  // Werkzeug (Flask).
  [
    /^pbkdf2:(sha1|sha256|sha512):(\d+)\$([^$]+)\$([0-9a-f]+)$/,
    (digest, i, salt = '', hash = '') => pbkdf2Form(digest, i, Buffer.from(salt), bytesOf(hash, 'hex')),
  ],
  [
    /^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([0-9a-f]+)$/,
    (n, r = '', p = '', salt = '', hash = '') =>
      scryptFrom({ n, r, p }, Buffer.from(salt), bytesOf(hash, 'hex')),
  ],
]

function notationOf(hash: string): string | null {
  for (const [form, write] of notations) {
    const found = form.exec(hash)
    if (found) return write(...found.slice(1))
  }
  return hash
}

const pbkdf2Form = (digest: string | undefined, i: string | undefined, salt: Buffer, hash: Buffer | null) =>
  hash && `$pbkdf2-${digest}$i=${i}$${phcBytes(salt)}$${phcBytes(hash)}`

const scryptFrom = (
  { n, r, p }: { n: string | undefined; r: string; p: string },
  salt: Buffer,
  hash: Buffer | null,
) => hash && scryptForm({ n: Number(n), r, p }, salt, hash)

/**
 * The hash of an entry in the form in which it is stored. Null: the entry has none. `bare` reads those that do not say what
 * they are.
 */
export function passwordHashOf(
  fields: Fields,
  bare: BareReader | undefined,
): string | null | { refusal: Refusal } {
  const given = fields.passwordHash
  if (isNone(given)) return null
  const written = Array.isArray(given) ? keycloakForm(given) : textForm(given, fields, bare)
  if (written === 'no salt') return { refusal: refused('hash_no_salt') }
  if (written === 'no password') return null
  const read = written === null ? 'unreadable' : readForeignHash(written)
  if (read === 'unreadable') return { refusal: refused('hash_unreadable') }
  return read === 'too costly' ? { refusal: refused('hash_too_costly') } : written
}

/** The bcrypt cost that takes as long as a stored hash. */
export function costOf(passwordHash: string | null): number {
  const hash = passwordHash === null ? 'unreadable' : readForeignHash(passwordHash)
  return typeof hash === 'string' ? 0 : foreignHashCost(hash)
}

/** Nothing, in the words of a database, or of Django, where `!` says that nobody can sign in by password. */
const isNone = (given: unknown): boolean =>
  given === undefined ||
  given === null ||
  (typeof given === 'string' && /^\s*(NULL|\\N|!.*)?\s*$/.test(given))

function textForm(given: unknown, fields: Fields, bare: BareReader | undefined): string | null {
  if (typeof given !== 'string') return null
  const text = given.trim()
  if (text.startsWith('[')) return keycloakForm(parsed(text))
  if (!bare || /^[$]|^(pbkdf2|scrypt|argon2|bcrypt)\W/.test(text)) return notationOf(text)
  const iterations = Number(fields.passwordIterations ?? Number.NaN)
  return bare.stored({
    hash: text,
    salt: typeof fields.passwordSalt === 'string' ? fields.passwordSalt : undefined,
    iterations: Number.isSafeInteger(iterations) ? iterations : undefined,
  })
}

/** Keycloak: a list of credentials, in which JSON stands as text. */
function keycloakForm(credentials: unknown): string | null {
  const list = Array.isArray(credentials) ? credentials : []
  const password = list.find((each) => fieldOf(each, 'type') === 'password')
  if (!password) return 'no password'
  const secret = parsed(fieldOf(password, 'secretData'))
  const how = parsed(fieldOf(password, 'credentialData'))
  const salt = bytesOf(String(fieldOf(secret, 'salt')), 'base64')
  const hash = encodedBytes(String(fieldOf(secret, 'value')))
  if (!salt || !hash) return null
  const algorithm = String(fieldOf(how, 'algorithm'))
  const iterations = String(fieldOf(how, 'hashIterations'))
  if (algorithm === 'argon2') {
    const said = (name: string) => String([fieldOf(fieldOf(how, 'additionalParameters'), name)].flat()[0])
    const version = said('version') === '1.3' ? 19 : 16
    const factors = `m=${said('memory')},t=${iterations},p=${said('parallelism')}`
    return `$argon2${said('type')}$v=${version}$${factors}$${phcBytes(salt)}$${phcBytes(hash)}`
  }
  const digest = /^pbkdf2(?:-(sha256|sha512))?$/.exec(algorithm)
  return digest && pbkdf2Form(digest[1] ?? 'sha1', iterations, salt, hash)
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
