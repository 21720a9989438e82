import { expect, it, vi } from 'vitest'
import { authenticator, type Departures } from './support/passkey-authenticator.ts'
import { activityOf, as, passkeyApi, personWithPasskey, withPasskey } from './support/passkeys.ts'
import { refresh, registered, type SignedInPerson } from './support/people.ts'

const claimsOf = (accessToken: string) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())

async function longAgo() {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  api.clock.advance(601)
  const { body } = await refresh(api, person.jar).expect(200)
  const stale = { ...person, body: { ...person.body, accessToken: body.accessToken } }
  return { api, passkey, person: stale, token: as(body.accessToken) }
}

type Setting = Awaited<ReturnType<typeof longAgo>>

async function confirm(
  { api, passkey }: Pick<Setting, 'api' | 'passkey'>,
  person: SignedInPerson,
  departures: Departures = {},
) {
  const token = as(person.body.accessToken)
  const { body } = await api.http.post('/api/reauthenticate/passkey/options').set(token).expect(200)
  const shown = passkey.get(body.options, departures)
  return await api.http.post('/api/reauthenticate').set(token).send({ passkey: shown })
}

it('a passkey confirms who one is, by two factors, and only where there is one', async () => {
  const setting = await longAgo()
  const { api, person, passkey, token } = setting
  await api.http.delete('/api/sessions').set(token).expect(401)
  expect((await api.http.get('/api/reauthenticate').set(token)).body.methods).toEqual(['password', 'passkey'])
  const { body } = await api.http.post('/api/reauthenticate/passkey/options').set(token).expect(200)
  expect(body.options).toMatchObject({
    rpId: 'localhost',
    userVerification: 'required',
    allowCredentials: [{ id: passkey.id, type: 'public-key' }],
  })
  const confirmed = await confirm(setting, person)
  expect(confirmed.status).toBe(200)
  expect(confirmed.headers['set-cookie']).toBeUndefined()
  expect(claimsOf(confirmed.body.accessToken)).toMatchObject({
    sid: person.sessionId,
    auth_time: Math.floor(api.clock.now().getTime() / 1000),
    acr: 'mfa',
    amr: ['pwd', 'hwk', 'user', 'mfa'],
  })
  await api.http.delete('/api/sessions').set(as(confirmed.body.accessToken)).expect(204)
  const without = await registered(api)
  const { body: methods } = await api.http.get('/api/reauthenticate').set(as(without.body.accessToken))
  expect(methods).toEqual({ methods: ['password'] })
})

it.each<[string, Departures, string]>([
  ['another origin', { origin: 'https://evil.example' }, 'passkey_invalid'],
  ['another domain', { rpId: 'evil.example' }, 'passkey_invalid'],
  ['no user verification', { userVerified: false }, 'passkey_invalid'],
  ['the key of another', { key: authenticator().key }, 'passkey_invalid'],
  ['the user handle of another', { userHandle: 'A'.repeat(43) }, 'passkey_invalid'],
  ['a challenge of nobody', { challenge: 'A'.repeat(43) }, 'passkey_challenge_invalid'],
])('nothing is confirmed with %s', async (_what, departures, code) => {
  const setting = await longAgo()
  const answer = await confirm(setting, setting.person, departures)
  expect([answer.status, answer.body.code]).toEqual([400, code])
  await setting.api.http.delete('/api/sessions').set(setting.token).expect(401)
  expect(await activityOf(setting.api, setting.person)).toContain('passkey_refused')
})

it('the passkey of somebody else confirms nothing', async () => {
  const { api, person, token } = await longAgo()
  const other = await personWithPasskey(api)
  const answer = await confirm({ api, passkey: other.passkey }, person)
  expect([answer.status, answer.body.code]).toEqual([400, 'passkey_invalid'])
  await api.http.delete('/api/sessions').set(token).expect(401)
})

it('a copy that counts for itself confirms nothing, and the owner is told', async () => {
  const setting = await longAgo()
  await confirm(setting, setting.person, { counter: 9 })
  expect((await confirm(setting, setting.person, { counter: 3 })).body.code).toBe('passkey_invalid')
  expect(await activityOf(setting.api, setting.person)).toContain('passkey_counter_back')
})

it('a thief with the cookies alone can add none: it asks for a recent sign-in', async () => {
  const { api, person, passkey, token } = await longAgo()
  for (const send of [
    () => api.http.post('/api/passkeys/options').set(token),
    () =>
      api.http
        .post('/api/passkeys')
        .set(token)
        .send({ credential: authenticator().create({ challenge: 'a', rp: { id: 'b' }, user: { id: 'c' } }) }),
    () => api.http.patch(`/api/passkeys/${passkey.id}`).set(token).send({ name: 'x' }),
    () => api.http.delete(`/api/passkeys/${passkey.id}`).set(token),
  ]) {
    const answer = await send()
    expect([answer.status, answer.body.code]).toEqual([401, 'step_up_required'])
  }
  const confirmed = await confirm({ api, passkey }, person)
  await withPasskey(api, { ...person, body: confirmed.body })
})

it.each([{ password: 'a', passkey: {} }, { passkey: 7 }, {}])('nothing is confirmed by %j', async (body) => {
  const { api, token } = await longAgo()
  expect((await api.http.post('/api/reauthenticate').set(token).send(body)).status).toBe(400)
})

it('a passkey that is removed while it confirms confirms nothing', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const { userPasskeys } = api.services
  const { use } = userPasskeys
  const asker = { userId: person.body.user.id, sessionId: person.sessionId }
  // Another request is quicker than the end of this one.
  vi.spyOn(userPasskeys, 'use').mockImplementation(async (...all) => {
    const outcome = await use(...all)
    await userPasskeys.remove(asker, passkey.id, { isFactorRequired: false })
    return outcome
  })
  const refused = await confirm({ api, passkey }, person)
  expect([refused.status, refused.body.code]).toEqual([401, 'access_token_revoked'])
})
