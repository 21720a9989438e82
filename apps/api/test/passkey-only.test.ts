import { expect, it } from 'vitest'
import type { TestApi } from './support/api.ts'
import {
  activityOf,
  as,
  passkeyApi,
  personWithPasskey,
  signInByPasskey,
  withPasskey,
} from './support/passkeys.ts'
import { type SignedInPerson, stored } from './support/people.ts'

const removePassword = (api: TestApi, person: SignedInPerson) =>
  api.http.delete('/api/password').set(as(person.body.accessToken))

const byPassword = (api: TestApi, { email, password }: { email: string; password: string }) =>
  api.http.post('/api/login').send({ email, password })

/** Somebody with a passkey whose address is proved. */
async function provedPerson(api: TestApi) {
  const { person, passkey } = await personWithPasskey(api)
  await api.services.accounts.markVerified((await stored(api, person))._id, person.email)
  return { person, passkey }
}

it('an account without a password is opened by its passkeys, and the way back is a link by mail', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await provedPerson(api)
  const answer = await removePassword(api, person).expect(200)
  expect(answer.body.message).toContain('Forgot your password?')
  expect((await byPassword(api, person).expect(401)).body.code).toBe('invalid_credentials')
  expect((await stored(api, person)).passwordHash).toBeNull()
  const token = as(person.body.accessToken)
  expect((await api.http.get('/api/reauthenticate').set(token)).body).toEqual({ methods: ['passkey'] })
  await api.http.post('/api/reauthenticate').set(token).send({ password: person.password }).expect(400)
  expect((await removePassword(api, person)).status).toBe(404)
  expect(await activityOf(api, person)).toContain('password_removed')

  const mailed = async (text: string) =>
    (await api.services.outbox?.list())?.find((mail) => mail.to === person.email && mail.text.includes(text))
  await expect.poll(() => mailed('this address is the way back'), { timeout: 60_000 }).toBeDefined()

  await api.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
  await expect.poll(() => mailed('/reset-password#token='), { timeout: 60_000 }).toBeDefined()
  const link = /#token=([\w-]+)/.exec((await mailed('/reset-password#token='))?.text ?? '')?.[1]
  const password = 'candle river mosaic'
  await api.http.post('/api/reset-password').send({ token: link, password }).expect(200)
  await byPassword(api, { ...person, password }).expect(200)
  expect((await signInByPasskey(api, passkey)).status).toBe(200)
})

it('a change of address that waits ends with the password it was asked for with', async () => {
  const api = await passkeyApi()
  const { person } = await provedPerson(api)
  const token = as(person.body.accessToken)
  const { password } = person
  const me = async () => (await api.http.get('/api/me').set(token).expect(200)).body
  const email = `new-${person.email}`
  await api.http.post('/api/change-email').set(token).send({ email, password }).expect(200)
  expect((await me()).pendingEmail).toBe(email)
  await removePassword(api, person).expect(200)
  expect((await me()).pendingEmail).toBeNull()
})

it('the password stays where nothing else opens the account, or no mail would bring it back', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const unproved = await removePassword(api, person)
  expect([unproved.status, unproved.body.code]).toEqual([403, 'email_not_verified'])
  await api.http.delete(`/api/passkeys/${passkey.id}`).set(as(person.body.accessToken)).expect(204)
  await api.services.accounts.markVerified((await stored(api, person))._id, person.email)
  const only = await removePassword(api, person)
  expect([only.status, only.body.code]).toEqual([409, 'last_way_in'])
  await byPassword(api, person).expect(200)
})

it('the last passkey stays, too', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await provedPerson(api)
  const other = await withPasskey(api, person)
  await removePassword(api, person).expect(200)
  const remove = (id: string) => api.http.delete(`/api/passkeys/${id}`).set(as(person.body.accessToken))
  const answers = await Promise.all([remove(passkey.id), remove(other.id)])
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
  expect(answers.find(({ status }) => status === 409)?.body.code).toBe('last_way_in')
  expect((await stored(api, person)).passkeys).toHaveLength(1)
})

it('whoever removes both at once keeps one', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await provedPerson(api)
  const token = as(person.body.accessToken)
  const statuses = await Promise.all([
    removePassword(api, person).then(({ status }) => status),
    api.http
      .delete(`/api/passkeys/${passkey.id}`)
      .set(token)
      .then(({ status }) => status),
  ])
  expect(statuses.filter((status) => status < 300)).toHaveLength(1)
  const { passwordHash, passkeys } = await stored(api, person)
  expect([passwordHash ?? null, ...passkeys].filter((way) => way !== null)).toHaveLength(1)
})

it('a password that is null is none', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await provedPerson(api)
  const users = api.services.database.connection.collection('users')
  await users.updateOne({ username: person.username }, { $set: { passwordHash: null } })
  await byPassword(api, person).expect(401)
  expect((await signInByPasskey(api, passkey)).status).toBe(200)
})

async function reset(api: TestApi, email: string) {
  await api.http.post('/api/forgot-password').send({ email }).expect(200)
  const mail = async () =>
    (await api.services.outbox?.list())?.find(
      ({ to, text }) => to === email && text.includes('/reset-password#token='),
    )
  await expect.poll(mail, { timeout: 60_000 }).toBeDefined()
  const token = /#token=([\w-]+)/.exec((await mail())?.text ?? '')?.[1]
  await api.http.post('/api/reset-password').send({ token, password: 'candle river mosaic' }).expect(200)
}

it('a stranger who signs up with somebody’s address keeps no passkey once that somebody resets the password', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  await reset(api, person.email)
  expect((await signInByPasskey(api, passkey)).body.code).toBe('passkey_unknown')
  expect((await stored(api, person)).passkeys).toEqual([])
})

it('whoever proved the address keeps theirs through a reset', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await provedPerson(api)
  await reset(api, person.email)
  expect((await signInByPasskey(api, passkey)).status).toBe(200)
})

it('a passkey that was made in a session which has ended is not added', async () => {
  const api = await passkeyApi()
  const { person } = await personWithPasskey(api)
  const { sessions, userPasskeys } = api.services
  const [kept] = (await stored(api, person)).passkeys
  await sessions.revoke(person.body.user.id, person.sessionId)
  const asker = { userId: person.body.user.id, sessionId: person.sessionId }
  expect(await userPasskeys.add(asker, { ...kept, id: 'another' })).toBe('gone')
})
