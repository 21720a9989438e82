import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSecretBox, UnknownKeyError } from '../../src/factors/secret-box.ts'
import { apiForTest } from '../support/api.ts'
import { enrolled, factorStep, stepSeconds, ticketOf } from '../support/authenticator.ts'
import { registered, stored } from '../support/people.ts'

const [first, second] = ['the first secret of this test', 'the second secret of this test']

it('what is sealed is opened by its key and for its owner, and by nobody else', () => {
  const secret = randomBytes(20)
  const box = createSecretBox([first])
  const sealed = box.seal(secret, 'ada')
  expect(box.open(sealed, 'ada')).toEqual({ secret, isOutdated: false })
  expect(() => box.open(sealed, 'bob')).toThrow()
  expect(() => createSecretBox([second]).open(sealed, 'ada')).toThrow(UnknownKeyError)
  expect(createSecretBox([second, first]).open(sealed, 'ada')).toEqual({ secret, isOutdated: true })
  expect(box.seal(secret, 'ada')).not.toBe(sealed)
})

it('a changed byte anywhere opens nothing', () => {
  const box = createSecretBox([first])
  const sealed = box.seal(randomBytes(20), 'ada')
  for (let i = 0; i < sealed.length; i++) {
    const letter = sealed[i] === 'A' ? 'B' : 'A'
    const changed = `${sealed.slice(0, i)}${letter}${sealed.slice(i + 1)}`
    // The last letter carries bits that base64url leaves unused.
    if (i < sealed.length - 1) expect(() => box.open(changed, 'ada'), `letter ${i}`).toThrow()
  }
  for (const text of ['', '1', '1.2.3.4', sealed.slice(0, -4)]) expect(() => box.open(text, 'ada')).toThrow()
})

it('the name of a key does not tell the key', () => {
  const sealed = createSecretBox([first]).seal(randomBytes(20), 'ada')
  expect(sealed).not.toContain(first)
  expect(sealed.split('.')[1]).toMatch(/^[\w-]{8}$/)
})

it('the key changes without anybody setting an app up anew: what is used is sealed with the new one', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const { app } = await enrolled(api, person)
  const secretOf = async () => (await stored(api, person)).totp.secret as string
  const signIn = async (environment: Record<string, string>) => {
    const node = await apiForTest({ environment, mongoUri: api.mongoUri, clock: api.clock })
    const answer = await factorStep(node, await ticketOf(node, person), app.code())
    api.clock.advance(stepSeconds)
    return answer.status
  }
  const derived = await secretOf()
  expect(await signIn({})).toBe(200)
  expect(await secretOf()).toBe(derived)

  const own = { FACTOR_SECRET: first }
  expect(await signIn(own)).toBe(200)
  const sealed = await secretOf()
  expect(sealed.split('.')[1]).not.toBe(derived.split('.')[1])
  // From now on nothing depends on the refresh secret.
  expect(await signIn({ ...own, JWT_REFRESH_SECRET: 'quite another secret for refresh tokens' })).toBe(200)
  expect(await secretOf()).toBe(sealed)

  const next = { FACTOR_SECRET: second, FACTOR_SECRET_PREVIOUS: first }
  expect(await signIn(next)).toBe(200)
  expect(await signIn({ FACTOR_SECRET: second })).toBe(200)
})

it('without its key an app is no good, the log says which key is missing, and a recovery code still signs in', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const { app, recoveryCodes } = await enrolled(api, person)
  const environment = { JWT_REFRESH_SECRET: 'quite another secret for refresh tokens' }
  const node = await apiForTest({ environment, mongoUri: api.mongoUri, clock: api.clock })
  await factorStep(node, await ticketOf(node, person), app.code()).expect(500)
  const [, key = ''] = (await stored(api, person)).totp.secret.split('.')
  expect(node.logged()).toContain(`sealed with the key ${key}`)
  const [code = ''] = recoveryCodes
  await factorStep(node, await ticketOf(node, person), code, { method: 'recovery_code' }).expect(200)
})

it('a secret that is copied into another account opens it for nobody', async () => {
  const api = await apiForTest()
  const [person, other] = [await registered(api), await registered(api)]
  const { app } = await enrolled(api, person)
  const { app: others } = await enrolled(api, other)
  const { totp } = await stored(api, person)
  const users = api.services.database.connection.collection('users')
  await users.updateOne(
    { emailKey: other.email },
    { $set: { 'totp.secret': totp.secret, 'totp.lastStep': 0 } },
  )
  for (const code of [app.code(), others.code()])
    expect((await factorStep(api, await ticketOf(api, other), code)).status).toBe(500)
})
