import { expect, it } from 'vitest'
import { bearer, enrolled } from '../support/authenticator.ts'
import { authenticator } from '../support/passkey-authenticator.ts'
import {
  creationOptions,
  passkeyApi,
  personWithPasskey,
  postPasskey,
  withPasskey,
} from '../support/passkeys.ts'
import { login, renewed, stored } from '../support/people.ts'

const demand = ['step_up_required', 'insufficient_user_authentication', 'mfa']

type Answer = { status: number; headers: Record<string, string>; body: { code?: string } }
const demanded = ({ headers, body }: Answer) => {
  const challenge = headers['www-authenticate'] ?? ''
  return [body.code, /error="(\w+)"/.exec(challenge)?.[1], /acr_values="(\w+)"/.exec(challenge)?.[1]]
}

it('a session from before there was an app changes no way into the account', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const { markVerified } = api.services.accounts
  await markVerified((await stored(api, person))._id, person.email)
  const weak = await login(api, person)
  const as = bearer(weak.body.accessToken)
  const made = authenticator().create(await creationOptions(api, weak))
  await enrolled(api, person)
  const before = await stored(api, person)
  const refused: Answer[] = [
    await api.http.post('/api/passkeys/options').set(as),
    await api.http.post('/api/passkeys/options').set(as).send({ upgrade: true }),
    await postPasskey(api, weak, made),
    await api.http.patch(`/api/passkeys/${passkey.id}`).set(as).send({ name: 'Mine' }),
    await api.http.delete(`/api/passkeys/${passkey.id}`).set(as),
    await api.http.delete('/api/password').set(as),
  ]
  expect(refused.map(demanded)).toEqual(refused.map(() => demand))
  const { passkeys, passwordHash } = await stored(api, person)
  expect([passkeys, passwordHash]).toEqual([before.passkeys, before.passwordHash])
  // Whoever shows a factor in it goes on with what the browser has made meanwhile.
  const asked = await api.http.post('/api/reauthenticate/passkey/options').set(as).expect(200)
  const shown = { passkey: passkey.get(asked.body.options) }
  weak.body = (await api.http.post('/api/reauthenticate').set(as).send(shown).expect(200)).body
  await postPasskey(api, weak, made).expect(201)
})

it('an administrator whose factor is a passkey changes no factor in a session by the password alone', async () => {
  const api = await passkeyApi({ REQUIRE_FACTOR_FOR: 'admin' })
  const { person } = await personWithPasskey(api)
  const old = await login(api, person)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  const weak = await renewed(api, old)
  const as = bearer(weak.body.accessToken)
  const refused = [
    await api.http.post('/api/factors/totp').set(as),
    await api.http.post('/api/factors/totp/confirm').set(as).send({ code: '123456' }),
    await api.http.post('/api/passkeys/options').set(as),
  ]
  expect(refused.map(demanded)).toEqual(refused.map(() => demand))
  expect((await stored(api, person)).pendingTotp ?? null).toBeNull()
})

it('where the password alone signs in, it adds and removes passkeys', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const weak = await login(api, person)
  await withPasskey(api, weak)
  await api.http.delete(`/api/passkeys/${passkey.id}`).set(bearer(weak.body.accessToken)).expect(204)
})

it('an app that is set up while a passkey is added or removed, or the password, stops that', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const weak = await login(api, person)
  const { userPasskeys, accounts } = api.services
  await accounts.markVerified((await stored(api, person))._id, person.email)
  // What a weak session read before the app came.
  const asker = { userId: person.body.user.id, sessionId: weak.sessionId, condition: { totp: null } }
  await enrolled(api, person)
  const other = (await stored(api, await registeredWithPasskey(api))).passkeys?.[0]
  if (!other) throw new Error('no passkey')
  expect([
    await userPasskeys.add(asker, { ...other, id: 'another' }),
    await userPasskeys.remove(asker, passkey.id, { isFactorRequired: false }),
    await accounts.removePassword(asker.userId, asker.sessionId, asker.condition),
  ]).toEqual(['gone', 'last', false])
})

const registeredWithPasskey = async (api: Awaited<ReturnType<typeof passkeyApi>>) =>
  (await personWithPasskey(api)).person
