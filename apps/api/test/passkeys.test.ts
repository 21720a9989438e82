import { brand } from '@latchkey/brand'
import { expect, it } from 'vitest'
import { authenticator, type Departures } from './support/passkey-authenticator.ts'
import {
  activityOf,
  as,
  creationOptions,
  passkeyApi,
  personWithPasskey,
  postPasskey,
  signInByPasskey,
  withPasskey,
} from './support/passkeys.ts'
import { login, registered, stored } from './support/people.ts'

it('a passkey is added, listed, renamed and removed, and its owner hears of it', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const token = as(person.body.accessToken)
  const options = await creationOptions(api, person)
  expect(options).toMatchObject({
    rp: { id: 'localhost', name: brand.name },
    user: { name: person.username },
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  const passkey = authenticator({ synced: true })
  const added = await postPasskey(api, person, passkey.create(options), 'My phone').expect(201)
  const shown = { id: passkey.id, name: 'My phone', synced: true, lastUsedAt: null }
  expect(added.body.passkey).toMatchObject(shown)

  const { body } = await api.http.get('/api/passkeys').set(token).expect(200)
  expect(body).toMatchObject({ passkeys: [shown], rpId: 'localhost', userHandle: options.user.id })

  const path = `/api/passkeys/${passkey.id}`
  const renamed = await api.http.patch(path).set(token).send({ name: ' Work phone ' }).expect(200)
  expect(renamed.body.passkey).toMatchObject({ id: passkey.id, name: 'Work phone' })
  await api.http.patch(path).set(token).send({ name: '' }).expect(400)
  await api.http.delete(path).set(token).expect(204)
  await api.http.delete(path).set(token).expect(404)
  await api.http.patch(path).set(token).send({ name: 'Gone' }).expect(404)
  expect((await api.http.get('/api/passkeys').set(token)).body.passkeys).toEqual([])
  expect(await activityOf(api, person)).toEqual(expect.arrayContaining(['passkey_added', 'passkey_removed']))
  const refused = await signInByPasskey(api, passkey)
  expect([refused.status, refused.body.code]).toEqual([401, 'passkey_unknown'])
})

it('the user handle is random, says nothing, and is the same for each passkey of an account', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const handles = await Promise.all([1, 2, 3].map(() => creationOptions(api, person)))
  const [handle] = new Set(handles.map(({ user }) => user.id))
  expect(new Set(handles.map(({ user }) => user.id)).size).toBe(1)
  expect(Buffer.from(handle, 'base64url')).toHaveLength(32)
  expect(handle).not.toBe((await creationOptions(api, await registered(api))).user.id)
  expect(Buffer.from(handle, 'base64url').toString('hex')).not.toContain(person.body.user.id)
})

it('a passkey that nobody named is called after its browser', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const options = await creationOptions(api, person)
  const answer = await postPasskey(api, person, authenticator().create(options)).set(
    'User-Agent',
    'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  )
  expect(answer.body.passkey.name).toBe('Firefox on Linux')
})

const refusals: [string, Departures, string][] = [
  ['another origin', { origin: 'https://evil.example' }, 'passkey_invalid'],
  ['a frame of another site', { crossOrigin: true }, 'passkey_invalid'],
  ['another domain', { rpId: 'evil.example' }, 'passkey_invalid'],
  ['no user verification', { userVerified: false }, 'passkey_invalid'],
  ['nobody there', { userPresent: false }, 'passkey_invalid'],
  ['a credential that is not discoverable', { discoverable: false }, 'passkey_invalid'],
  ['a signature instead of a key', { type: 'webauthn.get' }, 'passkey_invalid'],
  ['a certificate that was not asked for', { attested: true }, 'passkey_invalid'],
  ['a challenge of nobody', { challenge: 'A'.repeat(43) }, 'passkey_challenge_invalid'],
]

it.each(refusals)('none is added with %s', async (_what, departures, code) => {
  const api = await passkeyApi()
  const person = await registered(api)
  const options = await creationOptions(api, person)
  const answer = await postPasskey(api, person, authenticator().create(options, departures))
  expect([answer.status, answer.body.code]).toEqual([400, code])
  expect((await stored(api, person)).passkeys ?? []).toEqual([])
})

it('a challenge adds one passkey, in the session that asked for it, for five minutes', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const options = await creationOptions(api, person)
  const elsewhere = await login(api, person)
  const codeOf = async (who: typeof person, from = options) =>
    (await postPasskey(api, who, authenticator().create(from))).body.code
  expect(await codeOf(elsewhere)).toBe('passkey_challenge_invalid')
  // Shown in the wrong place it is used up.
  expect(await codeOf(person)).toBe('passkey_challenge_invalid')

  const second = await creationOptions(api, person)
  expect(await codeOf(person, second)).toBeUndefined()
  expect(await codeOf(person, second)).toBe('passkey_challenge_invalid')

  const third = await creationOptions(api, person)
  api.clock.advance(301)
  expect(await codeOf(person, third)).toBe('passkey_challenge_invalid')

  const foreign = await creationOptions(api, await registered(api))
  expect(await codeOf(person, foreign)).toBe('passkey_challenge_invalid')
})

it('of two answers to one challenge at once, one adds a passkey', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const options = await creationOptions(api, person)
  const answers = await Promise.all(
    [authenticator(), authenticator()].map((each) => postPasskey(api, person, each.create(options))),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400])
})

it('a passkey opens one account: neither another nor the same registers it again', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const other = await registered(api)
  for (const each of [other, person]) {
    const options = await creationOptions(api, each)
    const answer = await postPasskey(api, each, passkey.create(options))
    expect([answer.status, answer.body.code]).toEqual([409, 'passkey_taken'])
  }
  expect((await creationOptions(api, person)).excludeCredentials).toEqual([
    { type: 'public-key', id: passkey.id, transports: ['internal'] },
  ])
})

it('the 21st passkey is refused, also when it is one of several at once', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  for (let i = 0; i < 18; i++) await withPasskey(api, person)
  const options = await Promise.all([1, 2, 3, 4].map(() => creationOptions(api, person)))
  const answers = await Promise.all(
    options.map((each) => postPasskey(api, person, authenticator().create(each))),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409])
  const refused = await api.http.post('/api/passkeys/options').set(as(person.body.accessToken))
  expect([refused.status, refused.body.code]).toEqual([409, 'too_many_passkeys'])
  expect((await stored(api, person)).passkeys).toHaveLength(20)
})

it('nobody changes the passkeys of somebody else', async () => {
  const api = await passkeyApi()
  const { passkey } = await personWithPasskey(api)
  const other = as((await registered(api)).body.accessToken)
  const path = `/api/passkeys/${passkey.id}`
  await api.http.patch(path).set(other).send({ name: 'Mine' }).expect(404)
  await api.http.delete(path).set(other).expect(404)
  expect((await signInByPasskey(api, passkey)).status).toBe(200)
})

it('an account from before there were passkeys, or whose list is null, gets its first one', async () => {
  const api = await passkeyApi()
  const users = api.services.database.connection.collection('users')
  const unset: object[] = [
    { $unset: { passkeys: '', webauthnId: '' } },
    { $set: { passkeys: null, webauthnId: null } },
  ]
  for (const update of unset) {
    const person = await registered(api)
    await users.updateOne({ username: person.username }, update)
    const list = await api.http.get('/api/passkeys').set(as(person.body.accessToken)).expect(200)
    expect(list.body).toMatchObject({ passkeys: [], userHandle: null })
    const passkey = await withPasskey(api, person)
    expect((await signInByPasskey(api, passkey)).status).toBe(200)
  }
})

it('a download of the account has its passkeys, without their keys', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const { body, text } = await api.http.get('/api/me/export').set(as(person.body.accessToken)).expect(200)
  expect(body.passkeys).toMatchObject([{ id: passkey.id, synced: false }])
  const [{ publicKey }] = (await stored(api, person)).passkeys
  expect(text).not.toContain(publicKey)
})

it('under an address that allows no passkeys none is offered, and on localhost without any setting they work', async () => {
  const api = await passkeyApi({ PUBLIC_URL: '' })
  const person = await registered(api)
  const refused = await api.http.post('/api/passkeys/options').set(as(person.body.accessToken))
  expect([refused.status, refused.body.code]).toEqual([400, 'passkeys_unavailable'])
  const list = await api.http.get('/api/passkeys').set(as(person.body.accessToken)).expect(200)
  expect(list.body.rpId).toBeNull()
  const here = { Host: 'localhost:5000', ...as(person.body.accessToken) }
  const { body } = await api.http.post('/api/passkeys/options').set(here).expect(200)
  expect(body.options.rp.id).toBe('localhost')
  const passkey = authenticator({ origin: 'http://localhost:5000' })
  await api.http
    .post('/api/passkeys')
    .set(here)
    .send({ credential: passkey.create(body.options) })
    .expect(201)
})
