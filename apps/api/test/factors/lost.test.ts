import { expect, it } from 'vitest'
import { english } from '../../src/mail/words/en.ts'
import { apiForTest } from '../support/api.ts'
import { bearer, enrolled, factorStep, passwordStep, ticketOf } from '../support/authenticator.ts'
import { mailServer } from '../support/mail-server.ts'
import { passkeyApi, personWithPasskey, signInByPasskey } from '../support/passkeys.ts'
import { login, registered, stored, verified } from '../support/people.ts'
import { command } from '../support/process.ts'

const day = 86_400

async function withApp() {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  await verified(api, mail, person)
  return { api, mail, person, ...(await enrolled(api, person)) }
}

const kindsOf = async ({ api, person }: Pick<Awaited<ReturnType<typeof withApp>>, 'api' | 'person'>) =>
  (await api.services.events.page(person.body.user.id)).events.map(({ kind }) => kind)

it('the operator removes what was lost, after a day in which its owner is told', async () => {
  const { api, mail, person } = await withApp()
  const { factorResets } = api.services
  const { _id } = await stored(api, person)
  const asked = api.clock.now()
  const dueAt = await factorResets.request(_id, day)
  expect(dueAt).toEqual(new Date(asked.getTime() + day * 1000))
  const notice = await mail.mailTo(person.email, /will be removed/)
  expect(notice.text).toContain(english.when(dueAt ?? new Date(0)))

  api.clock.advance(day - 1)
  await factorResets.sweep()
  await passwordStep(api, person).expect(202)
  api.clock.advance(1)
  const { mongoUri, clock } = api
  const other = await apiForTest({ mongoUri, clock, environment: { SMTP_URL: mail.url } })
  await Promise.all([factorResets.sweep(), other.services.factorResets.sweep()])
  await login(api, person)
  await mail.mailTo(person.email, /was removed/)
  expect((await kindsOf({ api, person })).filter((kind) => kind.startsWith('factors_'))).toEqual([
    'factors_reset',
    'factors_reset_requested',
  ])
  const { totp, recoveryCodes, factorReset } = await stored(api, person)
  expect([totp, recoveryCodes, factorReset]).toEqual([null, null, null])
})

it.each(['totp', 'recovery_code'] as const)(
  'whoever signs in by %s has not lost everything: it is stopped',
  async (method) => {
    const { api, mail, person, app, recoveryCodes } = await withApp()
    const { factorResets } = api.services
    await factorResets.request((await stored(api, person))._id, day)
    const code = method === 'totp' ? app.code() : (recoveryCodes[0] ?? '')
    // A wrong code stops nothing.
    await factorStep(api, await ticketOf(api, person), app.wrongCode()).expect(401)
    expect((await stored(api, person)).factorReset).toBeDefined()
    await factorStep(api, await ticketOf(api, person), code, { method }).expect(200)
    await mail.mailTo(person.email, /stays/)
    api.clock.advance(2 * day)
    await factorResets.sweep()
    await passwordStep(api, person).expect(202)
    expect(await kindsOf({ api, person })).toContain('factors_reset_cancelled')
  },
)

it.each(['signs in', 'confirms'] as const)(
  'whoever uses a passkey has not lost everything: it is stopped when somebody %s by one',
  async (how) => {
    const api = await passkeyApi()
    const { person, passkey } = await personWithPasskey(api)
    await enrolled(api, person)
    const { factorResets } = api.services
    await factorResets.request((await stored(api, person))._id, day)
    const as = bearer(person.body.accessToken)
    // A wrong one stops nothing.
    expect((await signInByPasskey(api, passkey, { userVerified: false })).status).toBe(400)
    expect((await stored(api, person)).factorReset).not.toBeNull()
    if (how === 'signs in') expect((await signInByPasskey(api, passkey)).status).toBe(200)
    else {
      const asked = await api.http.post('/api/reauthenticate/passkey/options').set(as).expect(200)
      const shown = { passkey: passkey.get(asked.body.options) }
      await api.http.post('/api/reauthenticate').set(as).send(shown).expect(200)
    }
    api.clock.advance(day)
    await factorResets.sweep()
    await passwordStep(api, person).expect(202)
    expect(await kindsOf({ api, person })).toContain('factors_reset_cancelled')
  },
)

it('an administrator whose only passkey is lost is helped by the operator, too', async () => {
  const api = await passkeyApi({ REQUIRE_FACTOR_FOR: 'admin' })
  const { person, passkey } = await personWithPasskey(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  const { factorResets } = api.services
  expect(await factorResets.request((await stored(api, person))._id, day)).not.toBeNull()
  api.clock.advance(day)
  await factorResets.sweep()
  expect((await passwordStep(api, person).expect(202)).body).toMatchObject({ methods: [], enrol: true })
  expect((await signInByPasskey(api, passkey)).status).toBe(401)
})

it('passkeys stay where there is no password, and what was asked for is taken back', async () => {
  const api = await passkeyApi()
  const { person, passkey } = await personWithPasskey(api)
  const { factorResets, accounts } = api.services
  const { _id } = await stored(api, person)
  await factorResets.request(_id, day)
  await accounts.markVerified(_id, person.email)
  await api.http.delete('/api/password').set(bearer(person.body.accessToken)).expect(200)
  api.clock.advance(day)
  await factorResets.sweep()
  expect((await stored(api, person)).factorReset).toBeNull()
  expect(await factorResets.request(_id, day)).toBeNull()
  const refused = await command('reset-factors', [person.email], api.mongoUri)
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('by passkey alone')])
  expect((await signInByPasskey(api, passkey)).status).toBe(200)
})

it('asked for again, the first time stands, and nothing is asked for an account without a factor', async () => {
  const { api, person } = await withApp()
  const { factorResets } = api.services
  const { _id } = await stored(api, person)
  const first = await factorResets.request(_id, day)
  api.clock.advance(100)
  expect(await factorResets.request(_id, 60)).toEqual(first)
  const other = await registered(api)
  expect(await factorResets.request((await stored(api, other))._id, day)).toBeNull()
})

it('what is removed while a sign-in is under way ends that sign-in', async () => {
  const { api, person, app } = await withApp()
  const { factorResets } = api.services
  await factorResets.request((await stored(api, person))._id, 60)
  api.clock.advance(60)
  const ticket = await ticketOf(api, person)
  await factorResets.sweep()
  expect((await factorStep(api, ticket, app.code()).expect(401)).body.code).toBe('ticket_expired')
})

it('a command asks for it and takes it back, while the API runs', async () => {
  const { api, person } = await withApp()
  const run = (...args: string[]) => command('reset-factors', args, api.mongoUri)
  const asked = await run(person.email)
  const what = `This removes the authenticator app of 1 account, ${person.username}, in 24h.\n`
  expect([asked.stderr, asked.status]).toEqual([what, 0])
  expect(asked.stdout).toMatch(
    new RegExp(`^The second factor of ${person.username} is removed on .* GMT, unless`),
  )
  expect((await stored(api, person)).factorReset).toBeDefined()
  const back = await run(person.username, '--cancel')
  expect([back.stdout, back.status]).toEqual([`The second factor of ${person.username} stays.\n`, 0])
  expect((await stored(api, person)).factorReset).toBeNull()
  const soon = await run(person.email, '--after', '1h')
  expect(soon.status).toBe(0)
  const nobody = await run('nobody@example.com')
  expect([nobody.status, nobody.stdout, nobody.stderr]).toEqual([
    3,
    '',
    'There is no account nobody@example.com.\n',
  ])
  const events = await api.http.get('/api/activity').set(bearer(person.body.accessToken)).expect(200)
  expect(events.body.events[0]).toMatchObject({ kind: 'factors_reset_requested', device: 'Administrator' })
})
