import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { authenticator } from './support/passkey-authenticator.ts'
import {
  as,
  creationOptions,
  passkeyApi,
  personWithPasskey,
  postPasskey,
  signInByPasskey,
  withPasskey,
} from './support/passkeys.ts'
import { registered, stored } from './support/people.ts'

const appOrigin = `android:apk-key-hash:${'A'.repeat(43)}`
const related = {
  PUBLIC_URL: 'http://app.example.com',
  PASSKEY_RP_ID: 'example.com',
  PASSKEY_ORIGINS: `https://example.de/, ${appOrigin}`,
}

it('passkeys of one domain work at each configured origin, and at no other', async () => {
  const api = await passkeyApi(related)
  const person = await registered(api)
  const options = await creationOptions(api, person)
  expect(options.rp.id).toBe('example.com')
  const passkey = authenticator({ origin: 'https://example.de' })
  await postPasskey(api, person, passkey.create(options)).expect(201)
  for (const origin of ['http://app.example.com', 'https://example.de', appOrigin])
    expect((await signInByPasskey(api, passkey, { origin })).status).toBe(200)
  for (const origin of ['https://example.com', 'https://app.example.com', 'http://example.de'])
    expect((await signInByPasskey(api, passkey, { origin })).body.code).toBe('passkey_invalid')
})

it('browsers are told at which other origins, at the root of the domain', async () => {
  const api = await passkeyApi(related)
  const { body, headers } = await api.http.get('/.well-known/webauthn').expect(200)
  expect(body).toEqual({ origins: ['https://example.de'] })
  expect(headers['content-type']).toMatch(/^application\/json/)
  await (await passkeyApi()).http.get('/.well-known/webauthn').expect(404)
  // Also the public one, where it is outside.
  const outside = await passkeyApi({ PASSKEY_RP_ID: 'example.com', PUBLIC_URL: 'http://example.org' })
  expect((await outside.http.get('/.well-known/webauthn')).body).toEqual({ origins: ['http://example.org'] })
})

it('the host that a request names decides nothing where the address is set', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const answer = await api.http
    .post('/api/passkeys/options')
    .set({ Host: 'evil.localhost', ...as(person.body.accessToken) })
  expect(answer.body.options.rp.id).toBe('localhost')
  const numeric = await passkeyApi({ PUBLIC_URL: 'http://192.0.2.7' })
  const refused = await numeric.http.post('/api/login/passkey/options')
  expect(refused.body.code).toBe('passkeys_unavailable')
})

it('a passkey is made without asking only after a sign-in by password, and only where that is wanted', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const options = await creationOptions(api, person, { upgrade: true })
  expect(options.authenticatorSelection.userVerification).toBe('preferred')
  const unattended = { userVerified: false, userPresent: false }
  const passkey = authenticator({ synced: true, counts: false })
  await postPasskey(api, person, passkey.create(options, unattended)).expect(201)
  // It opens the account only once it verifies its user.
  expect((await signInByPasskey(api, passkey, { userVerified: false })).body.code).toBe('passkey_invalid')
  const signedIn = await signInByPasskey(api, passkey)
  expect(signedIn.status).toBe(200)

  const upgrade = (to: typeof api, token: string) =>
    to.http.post('/api/passkeys/options').set(as(token)).send({ upgrade: true })
  expect((await upgrade(api, signedIn.body.accessToken)).body.code).toBe('forbidden')
  const off = await passkeyApi({ PASSKEY_UPGRADE: 'off' })
  expect((await upgrade(off, (await registered(off)).body.accessToken)).body.code).toBe('forbidden')
})

it('the challenge for a passkey that people are asked about makes none without asking', async () => {
  const api = await passkeyApi()
  const person = await registered(api)
  const options = await creationOptions(api, person)
  const answer = await postPasskey(api, person, authenticator().create(options, { userPresent: false }))
  expect(answer.body.code).toBe('passkey_invalid')
})

it('adding, removing and a copy are told by mail', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  // Its reader has said that the account is theirs.
  await api.services.accounts.markVerified((await stored(api, person))._id, person.email)
  await withPasskey(api, person)
  await signInByPasskey(api, passkey, { counter: 5 })
  await signInByPasskey(api, passkey, { counter: 4 })
  await api.http.delete(`/api/passkeys/${passkey.id}`).set(as(person.body.accessToken)).expect(204)
  const told = [
    'A passkey was added to your account',
    'A copy of one of your passkeys was refused',
    'A passkey was removed from your account',
  ]
  const subjects = async () => (await api.services.outbox?.list())?.map(({ subject }) => subject)
  await expect.poll(subjects, { timeout: 60_000 }).toEqual(expect.arrayContaining(told))
})

const read = (environment: Record<string, string>) =>
  readConfig(environment, () => ({ accessSecret: 'a'.repeat(40), refreshSecret: 'b'.repeat(40) })).passkeys

it('the settings are checked at the start', () => {
  expect(read({})).toEqual({ rpId: undefined, origins: [], upgrade: true })
  expect(read(related)).toMatchObject({
    rpId: 'example.com',
    origins: ['https://example.de', appOrigin],
  })
  expect(() => read({ PASSKEY_RP_ID: 'https://example.com' })).toThrow(/PASSKEY_RP_ID must be a domain/)
  expect(() => read({ PASSKEY_ORIGINS: 'example.com' })).toThrow(/PASSKEY_ORIGINS must be origins/)
  expect(() => read({ PASSKEY_ORIGINS: 'https://example.com' })).toThrow(/needs a PUBLIC_URL/)
  expect(() => read({ PASSKEY_RP_ID: 'example.com' })).toThrow(/needs a PUBLIC_URL or PASSKEY_ORIGINS/)
  expect(() => read({ PASSKEY_UPGRADE: 'yes' })).toThrow(/must be on or off/)
})

it('each setting stands in .env.example and in the document, as it is without it', () => {
  const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
  const example = [...file('.env.example').matchAll(/^(PASSKEY_\w+)=(.*)$/gm)].map(([, ...parts]) => parts)
  expect(example.map(([name]) => name)).toEqual(['PASSKEY_RP_ID', 'PASSKEY_ORIGINS', 'PASSKEY_UPGRADE'])
  const documented = [...file('docs/passkeys.md').matchAll(/^\| `(PASSKEY_\w+)`/gm)].map(([, name]) => name)
  expect(documented).toEqual(example.map(([name]) => name))
  const passed = [...file('docker-compose.yml').matchAll(/^ +(PASSKEY_\w+):/gm)].map(([, name]) => name)
  expect(passed).toEqual(documented)
  expect(read(Object.fromEntries(example))).toEqual(read({}))
})
