/** No sign-in takes longer than bcrypt at this cost: no setting of ours allows more, and no hash from elsewhere. */
export const maxHashCost = 16
/** A thread needs it, beside those of other sign-ins. */
const maxMemoryBytes = 256 * 1024 * 1024
/** So many parts of scrypt's, where 16 are already many: what each takes beside its table is nowhere written down. */
const maxScryptParts = 1024
/** scrypt's own limit to r * p (RFC 7914 §2). */
const scryptFactors = 2 ** 30
/** bcrypt's own limit. */
export const minHashCost = 4

interface Bytes {
  salt: Buffer
  hash: Buffer
}
interface Scrypt extends Bytes {
  /** The logarithm of how much work and memory it takes, and the two other factors (RFC 7914 §2). */
  ln: number
  r: number
  p: number
}

/** A hash as another system made it, with all that a comparison needs but the signer key of Firebase. */
export type ForeignHash =
  | { kind: 'bcrypt'; cost: number; passwordHash: string }
  | ({ kind: 'argon2i' | 'argon2id'; memoryKib: number; passes: number; lanes: number } & Bytes)
  | ({ kind: 'scrypt' | 'firebase' } & Scrypt)
  | ({ kind: 'pbkdf2'; digest: string; iterations: number } & Bytes)
  | ({ kind: 'sha'; digest: string; saltFirst: boolean } & Bytes)

/** Nothing that is known, or numbers that make no sense; or more time or memory than a sign-in may take. */
export type HashFault = 'unreadable' | 'too costly'

/** The forms in which they are stored: PHC strings, with names of our own where there are none. docs/import.md lists them. */
const forms: [RegExp, (...found: string[]) => ForeignHash | null][] = [
  [
    // $2b$ is ours. An import writes $2y$ in its place, which is the same algorithm.
    /^\$2[ay]\$(\d\d)\$([./A-Za-z0-9]{53})$/,
    (cost, rest) =>
      Number(cost) < minHashCost
        ? null
        : { kind: 'bcrypt', cost: Number(cost), passwordHash: `$2b$${cost}$${rest}` },
  ],
  [
    /^\$(argon2id?)\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([^$]+)\$([^$]+)$/,
    (name, m, t, p, ...encoded) => {
      const kind = name === 'argon2i' ? 'argon2i' : 'argon2id'
      const bytes = bytesIn(encoded)
      const [memoryKib, passes, lanes] = [Number(m), Number(t), Number(p)]
      // RFC 9106 §3.1.
      const isSound = passes > 0 && lanes > 0 && memoryKib >= 8 * lanes && (bytes?.salt.length ?? 0) >= 8
      return bytes && isSound ? { kind, memoryKib, passes, lanes, ...bytes } : null
    },
  ],
  [
    /^\$scrypt\$ln=(\d{1,10}),r=(\d{1,10}),p=(\d{1,10})\$([^$]+)\$([^$]+)$/,
    (ln, r, p, ...encoded) => scryptIn('scrypt', [ln, r, p], encoded),
  ],
  [
    // The salt ends with the separator of the Firebase project.
    /^\$firebase-scrypt\$ln=(\d{1,10}),r=(\d{1,10})\$([^$]+)\$([^$]+)$/,
    (ln, r, ...encoded) => scryptIn('firebase', [ln, r, '1'], encoded),
  ],
  [
    /^\$pbkdf2-(sha1|sha256|sha512)\$i=([1-9]\d{0,9})\$([^$]+)\$([^$]+)$/,
    (digest = '', i, ...encoded) => {
      const bytes = bytesIn(encoded)
      return bytes && { kind: 'pbkdf2', digest, iterations: Number(i), ...bytes }
    },
  ],
  [
    /^\$salted-(sha1|sha256|sha512)\$salt=(first|last)\$([^$]+)\$([^$]+)$/,
    (digest = '', order, ...encoded) => {
      const bytes = bytesIn(encoded)
      const isWhole = bytes?.hash.length === digestBytes[digest]
      return bytes && isWhole ? { kind: 'sha', digest, saltFirst: order === 'first', ...bytes } : null
    },
  ],
]

/** Reads the stored hash of another system. */
export function readForeignHash(stored: string): ForeignHash | HashFault {
  for (const [form, read] of forms) {
    const found = form.exec(stored)
    if (!found) continue
    const hash = read(...found.slice(1))
    if (!hash) return 'unreadable'
    return isTooCostly(hash) ? 'too costly' : hash
  }
  return 'unreadable'
}

/**
 * The bcrypt cost that takes as long as a comparison, rounded up. From numbers that were measured once, so that a hash costs
 * the same on every node and every day; how long it really takes is seen where the difference is made up for.
 */
export function foreignHashCost(hash: ForeignHash): number {
  return hash.kind === 'bcrypt'
    ? hash.cost
    : Math.max(minHashCost, Math.ceil(Math.log2(Math.max(1, bcryptRounds(hash)))))
}

/**
 * What is done in the time of one round of bcrypt, some 0.055 ms. A little less than was measured with Node 20 on x86, where
 * 42 to 66 KiB, 190 to 250 blocks, and 350, 330 and 150 iterations were: not every processor helps with SHA.
 */
const perRound = {
  argon2Kib: 40,
  scryptBlocks: 160,
  iterations: { sha1: 150, sha256: 150, sha512: 120 } as Record<string, number>,
}

const digestBytes: Record<string, number> = { sha1: 20, sha256: 32, sha512: 64 }

function bcryptRounds(hash: Exclude<ForeignHash, { kind: 'bcrypt' }>): number {
  if ('memoryKib' in hash) return (hash.memoryKib * hash.passes) / perRound.argon2Kib
  if ('ln' in hash) return (2 ** hash.ln * hash.r * hash.p) / perRound.scryptBlocks
  if (hash.kind === 'sha') return 1
  const { digest, iterations } = hash
  const blocks = Math.ceil(hash.hash.length / (digestBytes[digest] ?? 1))
  return (iterations * blocks) / (perRound.iterations[digest] ?? 1)
}

function memoryBytes(hash: ForeignHash): number {
  if ('memoryKib' in hash) return hash.memoryKib * 1024
  return 'ln' in hash ? 128 * hash.r * (2 ** hash.ln + hash.p) : 0
}

const isTooCostly = (hash: ForeignHash): boolean =>
  foreignHashCost(hash) > maxHashCost ||
  memoryBytes(hash) > maxMemoryBytes ||
  ('ln' in hash && hash.p > maxScryptParts)

function scryptIn(kind: 'scrypt' | 'firebase', factors: (string | undefined)[], encoded: string[]) {
  const bytes = bytesIn(encoded)
  const [ln = 0, r = 0, p = 0] = factors.map(Number)
  // RFC 7914 §2. Node throws at what breaks it.
  const isSound = ln > 0 && r > 0 && p > 0 && ln < 16 * r && r * p < scryptFactors
  return bytes && isSound ? { kind, ln, r, p, ...bytes } : null
}

/** Salt and hash of a PHC string: base64 without padding. Null: they are none, or too short to be a hash. */
function bytesIn([salt = '', hash = '']: string[]): Bytes | null {
  if (!base64.test(salt) || !base64.test(hash)) return null
  const bytes = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
  return bytes.salt.length > 0 && bytes.hash.length >= 16 && bytes.hash.length <= 128 ? bytes : null
}

const base64 = /^[A-Za-z0-9+/]{1,1024}$/

/** Bytes as they stand in a PHC string. */
export const phcBytes = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replace(/=+$/, '')
