import { Readable } from 'node:stream'
import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ForeignHash, readForeignHash } from '../src/sign-in/foreign-hash.ts'
import { compareForeign } from '../src/sign-in/foreign-password-worker.js'
import { startApi, type TestApi } from './support/api.ts'
import { eventually } from './support/eventually.ts'
import { somebody, stored } from './support/people.ts'
import { latchkey } from './support/terminal.ts'

const signerKey = 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='

/** Of bytes in hexadecimal, or of text. */
const phc = (bytes: string | Buffer) =>
  (typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : bytes).toString('base64').replace(/=+$/, '')
const text = (salt: string) => phc(Buffer.from(salt))

const longPassword =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored'

interface Vector {
  from: string
  password: string
  hash: string
  /** In a column of its own. */
  salt?: string
  /** What `--hash` says. */
  kind?: string
}

const vectors: Vector[] = [
  // crypt_blowfish 1.3, wrapper.c; the same under the other letters.
  ...['a', 'b', 'y'].map((letter) => ({
    from: `bcrypt $2${letter}$`,
    password: 'U*U*U',
    hash: `$2${letter}$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a`,
  })),
  {
    from: 'Django, bcrypt',
    password: 'U*U',
    hash: 'bcrypt$$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  },
  // The reference implementation of Argon2, test.c. RFC 9106's own have a key and data that no PHC string can say.
  {
    from: 'Argon2id',
    password: 'password',
    hash: '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  },
  {
    from: 'Argon2id in two lanes, as Django writes it',
    password: 'password',
    hash: 'argon2$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
  },
  {
    from: 'Argon2i',
    password: 'password',
    hash: '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8',
  },
  // RFC 6070 §2, RFC 7914 §11.
  {
    from: 'PBKDF2 with SHA-1, as passlib writes it',
    password: 'password',
    hash: `$pbkdf2$4096$${text('salt')}$${phc('4b007901b765489abead49d926f721d065a429c1').replaceAll('+', '.')}`,
  },
  {
    from: 'PBKDF2 with SHA-1, as Django writes it',
    password: 'passwordPASSWORDpassword',
    hash: `pbkdf2_sha1$4096$saltSALTsaltSALTsaltSALTsaltSALTsalt$${phc('3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038')}`,
  },
  {
    from: 'PBKDF2 with SHA-256, as Werkzeug writes it',
    password: 'passwd',
    hash: 'pbkdf2:sha256:1$salt$55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
  },
  {
    from: 'PBKDF2 with SHA-512, in columns',
    password: 'password',
    salt: text('salt'),
    hash: 'd197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5',
    kind: 'pbkdf2-sha512,iterations=4096',
  },
  // FIPS 180-4: "abc", in two parts.
  {
    from: 'SHA-1, the salt first, as Django writes it',
    password: 'bc',
    hash: 'sha1$a$a9993e364706816aba3e25717850c26c9cd0d89d',
  },
  {
    from: 'SHA-256, the salt first',
    password: 'bc',
    salt: '61',
    hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    kind: 'sha256,order=salt-password,salt=hex',
  },
  {
    from: 'SHA-512, the salt last, in base64',
    password: 'ab',
    salt: 'c',
    hash: '3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==',
    kind: 'sha512,order=password-salt',
  },
]

/** They take longer than all others, and from then on everything does. */
const slowVectors: Vector[] = [
  {
    from: 'scrypt (RFC 7914 §12), as Django writes it',
    password: 'pleaseletmein',
    hash: `scrypt$16384$SodiumChloride$8$1$${Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887', 'hex').toString('base64')}`,
  },
  {
    from: 'scrypt in sixteen parts, as a PHC string',
    password: 'password',
    hash: `$scrypt$ln=10,r=8,p=16$${text('NaCl')}$${phc('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640')}`,
  },
  // https://github.com/firebase/scrypt
  {
    from: 'Firebase',
    password: 'user1password',
    salt: '42xEC+ixf3L2lw==',
    hash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    kind: 'firebase,rounds=8,memory=14,separator=Bw==',
  },
]

let api: TestApi
beforeAll(async () => {
  api = await startApi({ environment: { FIREBASE_SIGNER_KEY: signerKey } })
  for (const vector of vectors) await imported(vector)
})
afterAll(() => api.close())

const people = new Map<Vector, string>()

/** A line on stdin. */
const typed = (entry: object) => Readable.from([Buffer.from(JSON.stringify(entry))])

async function imported(vector: Vector): Promise<string> {
  const { email } = somebody()
  const input = typed({ email, passwordHash: vector.hash, salt: vector.salt })
  const words = ['import', '-', '--allow-slow-hashes', ...(vector.kind ? ['--hash', vector.kind] : [])]
  expect([vector.from, await latchkey(api, words, { input })]).toMatchObject([vector.from, { status: 0 }])
  people.set(vector, email)
  return email
}

const signIn = (email: string, password: string) => api.http.post('/api/login').send({ email, password })

async function opensOnce(email: string, password: string): Promise<void> {
  await signIn(email, `${password}!`.slice(-20)).expect(401)
  expect((await stored(api, { email })).passwordHash).not.toMatch(/^\$2b\$/)
  await signIn(email, password).expect(200)
  await eventually(async () => expect((await stored(api, { email })).passwordHash).toMatch(/^\$2b\$04\$/))
  await signIn(email, password).expect(200)
  await signIn(email, `${password}!`.slice(-20)).expect(401)
}

describe('a hash of another system opens the account, and is replaced by one of ours', () => {
  it.each(vectors)('$from', async (vector) => {
    await opensOnce(people.get(vector) ?? '', vector.password)
  })
})

it('a long password is compared as the other system did until it is changed, and then in full', async () => {
  const hash = '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui'
  const email = await imported({ from: 'bcrypt, more than 72 bytes', password: longPassword, hash })
  const renewed = vi.spyOn(api.services.passwords, 'hash')
  // Whoever knows the first 72 bytes got in there, and gets in here; but what else they type becomes no password.
  await signIn(email, `${longPassword.slice(0, 72)}another end`).expect(200)
  const { body } = await signIn(email, longPassword).expect(200)
  expect(renewed).not.toHaveBeenCalled()
  renewed.mockRestore()
  expect((await stored(api, { email })).passwordHash).toBe(hash.replace('$2a$', '$2y$'))
  await signIn(email, `!${longPassword}`).expect(401)

  const newPassword = `${'candle river mosaic '.repeat(4)}lake`
  await api.http
    .post('/api/change-password')
    .set('Authorization', `Bearer ${body.accessToken}`)
    .send({ currentPassword: longPassword, newPassword })
    .expect(200)
  await signIn(email, newPassword.slice(0, 72)).expect(401)
  await signIn(email, newPassword).expect(200)
})

it('a password is compared as it is typed, and not in the form that ours are hashed in', async () => {
  const secret = 'ﬁve ½ horses'
  const email = await imported({
    from: 'elsewhere',
    password: secret,
    hash: bcrypt.hashSync(secret, 4),
  })
  await signIn(email, secret.normalize('NFKC')).expect(401)
  await signIn(email, secret).expect(200)
})

it('a password that is changed meanwhile stays, whatever the first sign-in makes of the old hash', async () => {
  const { passwords } = api.services
  const email = await imported({ from: 'elsewhere', password: 'U*U*U', hash: bcrypt.hashSync('U*U*U', 4) })
  const { hash } = passwords
  let release = () => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  const renewed = vi.spyOn(passwords, 'hash').mockImplementationOnce(async (...args) => {
    const made = await hash(...args)
    await held
    return made
  })
  const replace = vi.spyOn(api.services.accounts, 'replacePasswordHash')
  const { body } = await signIn(email, 'U*U*U').expect(200)
  await api.http
    .post('/api/change-password')
    .set('Authorization', `Bearer ${body.accessToken}`)
    .send({ currentPassword: 'U*U*U', newPassword: 'candle river mosaic' })
    .expect(200)
  release()
  await eventually(() => expect(replace).toHaveBeenCalled())
  await replace.mock.results[0]?.value
  renewed.mockRestore()
  replace.mockRestore()
  await signIn(email, 'U*U*U').expect(401)
  await signIn(email, 'candle river mosaic').expect(200)
})

const salt = text('somesalt')
const digest = phc('00'.repeat(32))
const hostile = [
  `$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`,
  `$argon2id$v=19$m=8,t=4294967295,p=1$${salt}$${digest}`,
  `$scrypt$ln=20,r=8,p=1$${salt}$${digest}`,
  `$scrypt$ln=100,r=8,p=1$${salt}$${digest}`,
  `$scrypt$ln=1,r=8,p=655360$${salt}$${digest}`,
  `$scrypt$ln=1,r=1,p=1025$${salt}$${digest}`,
  `$pbkdf2-sha256$i=2147483648$${salt}$${digest}`,
  `$firebase-scrypt$ln=30,r=8$${salt}$${digest}`,
  '$2y$31$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a',
]
const senseless = [
  `$argon2id$v=16$m=256,t=2,p=1$${salt}$${digest}`,
  `$argon2id$v=19$m=7,t=2,p=1$${salt}$${digest}`,
  `$argon2id$v=19$m=256,t=0,p=1$${salt}$${digest}`,
  `$argon2d$v=19$m=256,t=2,p=1$${salt}$${digest}`,
  `$scrypt$ln=0,r=8,p=1$${salt}$${digest}`,
  `$scrypt$ln=4294967295,r=1,p=1$${salt}$${digest}`,
  `$scrypt$ln=16,r=1,p=1$${salt}$${digest}`,
  `$scrypt$ln=1,r=1048576,p=1024$${salt}$${digest}`,
  `$firebase-scrypt$ln=16,r=1$${salt}$${digest}`,
  `scrypt:65536:1:1$somesalt$${'00'.repeat(32)}`,
  `$scrypt$ln=9.9,r=8,p=1$${salt}$${digest}`,
  `$pbkdf2-sha256$i=0$${salt}$${digest}`,
  `$pbkdf2-md5$i=1000$${salt}$${digest}`,
  `$salted-sha256$salt=first$${salt}$${phc('00'.repeat(20))}`,
  `$pbkdf2-sha256$i=1000$${salt}$AAAA`,
  '$2x$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a',
  '$2y$03$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a',
]

describe('numbers that somebody made up', () => {
  it.each([
    ...hostile.map((hash) => [hash, 'hash_too_costly', 'too costly'] as const),
    ...senseless.map((hash) => [hash, 'hash_unreadable', 'unreadable'] as const),
  ])('%s is refused by an import, and opens nothing', async (hash, reason, fault) => {
    if (hash.startsWith('$')) expect(readForeignHash(hash)).toBe(fault)
    const input = typed({ email: somebody().email, passwordHash: hash })
    const refused = await latchkey(api, ['import', '-', '--json'], { input })
    expect([refused.status, JSON.parse(refused.stdout).reasons]).toEqual([1, { [reason]: 1 }])
    expect(refused.stdout + refused.stderr).not.toContain(hash)

    const person = somebody()
    const nobody = { session: null, knownDevice: null, language: null }
    await api.services.accounts.create({ ...person, ...nobody, passwordHash: hash })
    const answer = await signIn(person.email, 'password')
    const unknown = await signIn(somebody().email, 'password')
    expect([answer.status, answer.body]).toEqual([401, unknown.body])
  })
})

type SlowHash = Exclude<ForeignHash, { kind: 'bcrypt' }>

describe('the time of a comparison', () => {
  const bcryptOf = (cost: number) => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(22)}${'.'.repeat(31)}`

  /** How many rounds of bcrypt were spent beside a hash, where 2^cost were due. */
  async function roundsBeside(hash: string, cost: number): Promise<number> {
    const foreign = readForeignHash(hash)
    if (typeof foreign === 'string' || foreign.kind === 'bcrypt') throw new Error(hash)
    return (await comparedBeside(foreign, cost))[1]
  }

  async function comparedBeside(foreign: SlowHash, cost: number): Promise<[boolean, number]> {
    const topUp = Array.from({ length: cost - 4 }, (_, at) => bcryptOf(at + 4))
    const compared = vi.spyOn(bcrypt, 'compareSync')
    const same = await compareForeign({ password: 'password', foreign, signerKey: null, topUp, cost })
    const rounds = compared.mock.calls.reduce((sum, [, each]) => sum + 2 ** bcrypt.getRounds(each), 0)
    compared.mockRestore()
    return [same, rounds]
  }

  it('is filled up to what is due by bcrypt, which measures itself', async () => {
    const quick = await roundsBeside(`$salted-sha256$salt=first$${salt}$${digest}`, 10)
    expect(quick).toBeGreaterThanOrEqual(2 ** 9)
    expect(quick).toBeLessThan(2 ** 10 + 2 ** 7)
  })

  it('is filled up as well when a hash cannot be computed, which then matches nothing', async () => {
    const unsound = { kind: 'scrypt', ln: 16, r: 1, p: 1 } as const
    const foreign = { ...unsound, salt: Buffer.from('somesalt'), hash: Buffer.alloc(32) }
    const [same, rounds] = await comparedBeside(foreign, 10)
    expect([same, rounds >= 2 ** 9]).toEqual([false, true])
  })

  it('is no longer than needed when the hash itself takes as long', async () => {
    expect(await roundsBeside(`$pbkdf2-sha256$i=500000$${salt}$${digest}`, 8)).toBe(2 ** 4)
  })
})

describe('hashes that are slower than ours', () => {
  it.each(slowVectors)('$from', async (vector) => {
    await opensOnce(await imported(vector), vector.password)
  })

  it('have made every sign-in as slow since they were imported', async () => {
    const { highest } = api.services.hashCosts
    expect(await highest()).toBeGreaterThan(8)
  })

  it('of Firebase are not imported without the key of the project', async () => {
    const { status, stderr } = await latchkey({ ...api, config: withoutKey(api.config) }, [
      'import',
      '-',
      '--hash',
      'firebase',
    ])
    expect([status, stderr]).toEqual([1, expect.stringMatching('FIREBASE_SIGNER_KEY is not set')])
  })
})

const withoutKey = (config: TestApi['config']) => ({
  ...config,
  password: { ...config.password, firebaseSignerKey: undefined },
})
