import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TestApi } from '../support/api.ts'
import { authenticator, bearer, enrolled, stepSeconds } from '../support/authenticator.ts'
import { authenticator as device } from '../support/passkey-authenticator.ts'
import { creationOptions, passkeyApi, withPasskey } from '../support/passkeys.ts'
import { registered, type SignedInPerson, stored } from '../support/people.ts'

afterEach(() => vi.restoreAllMocks())

/** Somebody who could do everything: with an app, a passkey and a proved address. */
async function personWithAll() {
  const api = await passkeyApi()
  const person = await registered(api)
  const passkey = await withPasskey(api, person)
  await enrolled(api, person)
  await api.services.accounts.markVerified((await stored(api, person))._id, person.email)
  return { api, person, passkey }
}

/** Something happens between the guard of a route and what it does. */
function once<Service extends object>(service: Service, name: keyof Service, deed: () => Promise<unknown>) {
  const holder = service as Record<keyof Service, (...given: unknown[]) => unknown>
  const original = holder[name]
  vi.spyOn(holder, name as never).mockImplementationOnce((async (...given: unknown[]) => {
    await deed()
    return await original.apply(holder, given)
  }) as never)
}

/** What nothing of this may change. */
async function factorsOf(api: TestApi, person: SignedInPerson) {
  const { totp, pendingTotp, recoveryCodes, factorChanges, passkeys, passwordHash } = await stored(
    api,
    person,
  )
  return { totp, pendingTotp, recoveryCodes, factorChanges, passkeys, passwordHash }
}

const endings: [string, (api: TestApi, person: SignedInPerson) => Promise<unknown>][] = [
  [
    'whose session was ended',
    (api, { body, sessionId }) => api.services.sessions.revoke(body.user.id, sessionId),
  ],
  ['who was kept out', (api, { body }) => api.services.administration.disable(body.user.id)],
]

type Method = 'post' | 'patch' | 'delete'
interface Deed {
  does: string
  by: ['factorService' | 'passkeys', string]
  request: [Method, string]
  /** The body, after whatever comes first. */
  body?: (api: TestApi, person: SignedInPerson) => Promise<object>
}

const deeds: Deed[] = [
  { does: 'begins to set an app up', by: ['factorService', 'enrolTotp'], request: ['post', '/factors/totp'] },
  {
    does: 'switches an app on',
    by: ['factorService', 'confirmTotp'],
    request: ['post', '/factors/totp/confirm'],
    async body(api, person) {
      const begun = await api.http.post('/api/factors/totp').set(bearer(person.body.accessToken)).expect(200)
      api.clock.advance(stepSeconds)
      return { code: authenticator(api, begun.body.secret).code() }
    },
  },
  { does: 'switches the app off', by: ['factorService', 'removeTotp'], request: ['delete', '/factors/totp'] },
  {
    does: 'makes new recovery codes',
    by: ['factorService', 'renewRecoveryCodes'],
    request: ['post', '/factors/recovery-codes'],
  },
  {
    does: 'adds a passkey',
    by: ['passkeys', 'add'],
    request: ['post', '/passkeys'],
    body: async (api, person) => ({ credential: device().create(await creationOptions(api, person)) }),
  },
  {
    does: 'renames a passkey',
    by: ['passkeys', 'rename'],
    request: ['patch', '/passkeys/ID'],
    body: async () => ({ name: 'Not yours' }),
  },
  { does: 'removes a passkey', by: ['passkeys', 'remove'], request: ['delete', '/passkeys/ID'] },
  { does: 'removes the password', by: ['passkeys', 'removePassword'], request: ['delete', '/password'] },
]

describe.each(endings)('somebody %s meanwhile', (_, end) => {
  it.each(deeds)('$does no more', async ({ by: [service, name], request: [method, path], body }) => {
    const { api, person, passkey } = await personWithAll()
    const sent = await body?.(api, person)
    const before = await factorsOf(api, person)
    once(api.services[service], name as never, () => end(api, person))
    const answer = await api.http[method](`/api${path.replace('ID', passkey.id)}`)
      .set(bearer(person.body.accessToken))
      .send(sent)
    expect([answer.status, answer.body.code]).toEqual([401, 'access_token_revoked'])
    expect(await factorsOf(api, person)).toEqual(before)
  })
})

it('who stays signed in does each of them', async () => {
  const { api, person, passkey } = await personWithAll()
  for (const {
    request: [method, path],
    body,
  } of deeds.filter(({ does }) => !/switches the|removes/.test(does))) {
    const sent = await body?.(api, person)
    const answer = await api.http[method](`/api${path.replace('ID', passkey.id)}`)
      .set(bearer(person.body.accessToken))
      .send(sent)
    expect([path, answer.status]).toEqual([path, expect.toSatisfy((status) => status < 300)])
  }
})

it('of several passkeys the one that is meant gets the name', async () => {
  const { api, person, passkey } = await personWithAll()
  const second = await withPasskey(api, person)
  await api.http
    .patch(`/api/passkeys/${second.id}`)
    .set(bearer(person.body.accessToken))
    .send({ name: 'The second' })
    .expect(200)
  const { passkeys } = await stored(api, person)
  expect(passkeys.map((each: { id: string; name: string }) => [each.id, each.name === 'The second'])).toEqual(
    [
      [passkey.id, false],
      [second.id, true],
    ],
  )
})
