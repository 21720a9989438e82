import type { KnownDevice } from '@latchkey/contracts'
import { expect, it } from 'vitest'
import { apiForTest, type TestApi } from './support/api.ts'
import { mailServer, tokenIn } from './support/mail-server.ts'
import {
  login,
  type Person,
  registered,
  type SignedInPerson,
  setCookies,
  somebody,
  stored,
} from './support/people.ts'

const from = (ip: string) => ({ 'X-Forwarded-For': ip })
const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })
const behindProxy = () => apiForTest({ environment: { TRUST_PROXY: '1' } })

async function devicesOf(
  api: TestApi,
  person: SignedInPerson,
  cookie = person.jar.header,
): Promise<KnownDevice[]> {
  const response = await api.http.get('/api/devices').set(as(person)).set('Cookie', cookie).expect(200)
  return response.body.devices
}
const kindsOf = async (api: TestApi, person: SignedInPerson) =>
  (await api.services.events.page(person.body.user.id)).events.map(({ kind }) => kind)
const attempt = (api: TestApi, { email }: Person, password: string, headers: Record<string, string>) =>
  api.http.post('/api/login').set(headers).send({ email, password })

it('whoever used a reset link is let in at once from that browser, whatever goes on elsewhere', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { TRUST_PROXY: '1', SMTP_URL: mail.url } })
  const person = await registered(api, from('192.0.2.1'))
  const own = { ...from('192.0.2.1'), Cookie: person.jar.header }
  await login(api, person, own)

  // Four addresses try passwords, and the owner mistypes their own until nothing is let through any more.
  const attack = async (password = 'not the one at all') => {
    for (let i = 0; i < 60; i++) await attempt(api, person, password, from(`203.0.113.${i % 4}`))
  }
  await attack()
  for (let i = 0; i < 15; i++) await attempt(api, person, 'mistyped again', own)

  await api.http.post('/api/forgot-password').set(own).send({ email: person.email }).expect(200)
  const token = tokenIn(await mail.mailTo(person.email, /Reset your password/))
  const password = 'a new and better one'
  const reset = await api.http.post('/api/reset-password').set(own).send({ token, password }).expect(200)
  const device = setCookies(reset)
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
  expect(device).toMatch(/^latchkey\.device=[\w-]{43}$/)

  for (let round = 0; round < 20; round++) {
    await attempt(api, person, 'not the one at all', from(`203.0.113.${round % 4}`))
    const response = await attempt(api, person, password, { ...from('192.0.2.1'), Cookie: device })
    expect([round, response.status]).toEqual([round, 200])
  }
}, 240_000)

it('known browsers are listed, and a forgotten one is new again', async () => {
  const api = await behindProxy()
  const person = await registered(api, { ...from('192.0.2.1'), 'User-Agent': 'curl/8.4.0' })
  api.clock.advance(1)
  const phone = await login(api, person, { ...from('198.51.100.9'), 'User-Agent': 'okhttp/4.12' })
  const devices = await devicesOf(api, phone)
  expect(devices).toEqual([
    expect.objectContaining({ current: true, device: 'okhttp', ip: '198.51.100.9' }),
    expect.objectContaining({ current: false, device: 'curl', ip: '192.0.2.1' }),
  ])

  const forget = (id: string) => api.http.delete(`/api/devices/${id}`).set(as(phone))
  await forget(devices[1]?.id ?? '').expect(204)
  await forget(devices[1]?.id ?? '').expect(404)
  await forget('nothing-of-the-kind').expect(404)
  expect((await devicesOf(api, phone)).map(({ device }) => device)).toEqual(['okhttp'])
  // It stays signed in; its next sign-in is one from a new device.
  expect((await api.http.get('/api/protected').set(as(person))).status).toBe(200)
  const again = await login(api, person, { ...from('192.0.2.1'), Cookie: person.jar.header })
  expect(await kindsOf(api, again)).toContain('new_device')
})

it.each(['a changed password', 'signing out everywhere', 'ending all others'])(
  '%s forgets all browsers but the one at hand',
  async (how) => {
    const api = await behindProxy()
    const person = await registered(api, from('192.0.2.1'))
    await login(api, person, from('198.51.100.9'))
    const own = { ...as(person), Cookie: person.jar.header }
    if (how === 'a changed password')
      await api.http
        .post('/api/change-password')
        .set(own)
        .send({ currentPassword: person.password, newPassword: 'a new and better one' })
        .expect(200)
    else if (how === 'ending all others') await api.http.delete('/api/sessions').set(own).expect(204)
    else await api.http.post('/api/logout-everywhere').set(own).expect(204)

    const password = how === 'a changed password' ? 'a new and better one' : person.password
    const again = await login(
      api,
      { ...person, password },
      { ...from('192.0.2.1'), Cookie: person.jar.header },
    )
    expect(await devicesOf(api, again, person.jar.header)).toEqual([
      expect.objectContaining({ current: true }),
    ])
  },
)

it('a known browser that comes from a new network is told to its owner', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { TRUST_PROXY: '1', SMTP_URL: mail.url } })
  const person = await registered(api, from('192.0.2.1'))
  await api.services.database.connection
    .collection('users')
    .updateOne({ emailKey: person.email }, { $set: { emailVerifiedAt: new Date() } })
  await login(api, person, { ...from('192.0.2.200'), Cookie: person.jar.header })
  expect(await kindsOf(api, person)).toEqual(expect.arrayContaining(['signed_in']))
  expect(await kindsOf(api, person)).not.toContain('new_network')
  await login(api, person, { ...from('198.51.100.9'), Cookie: person.jar.header })
  expect(await kindsOf(api, person)).toContain('new_network')
  const notice = await mail.mailTo(person.email, /new network/)
  expect(notice.text).toContain('198.51.100.9')
})

it('browsers that were known before more was kept of them are listed all the same', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  await api.services.database.connection
    .collection('users')
    .updateOne(
      { emailKey: person.email },
      { $set: { knownDevices: [{ idHash: 'x'.repeat(43), lastSeenAt: new Date(0) }] } },
    )
  expect(await devicesOf(api, person)).toEqual([
    {
      id: 'x'.repeat(43),
      current: false,
      device: 'Unknown device',
      ip: '',
      firstSeenAt: new Date(0).toISOString(),
      lastSeenAt: new Date(0).toISOString(),
    },
  ])
})

it('a sign-in that a new password overtakes leaves no known browser behind', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const { knownDevices } = api.services
  const checked = await stored(api, person)
  const device = { userAgent: 'Firefox', ip: '192.0.2.1' }
  const remember = () =>
    knownDevices.remember(checked._id, 'thief'.repeat(8), device, { passwordHash: checked.passwordHash })
  const { currentPassword, newPassword } = {
    currentPassword: person.password,
    newPassword: 'candle river mosaic',
  }
  await api.http
    .post('/api/change-password')
    .set(as(person))
    .send({ currentPassword, newPassword })
    .expect(200)
  await remember()
  const { knownDevices: left } = await stored(api, person)
  expect(left.map((each: { idHash: string }) => each.idHash)).not.toContain('thief'.repeat(8))
})

it('a browser that never signs out is not forgotten for those that come and go', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  for (let i = 0; i < 21; i++) {
    const passing = await login(api, person)
    await api.http.post('/api/logout').set('Cookie', passing.jar.header).expect(200)
    api.clock.advance(60)
  }
  const token = (await api.http.post('/api/refresh-token').set('Cookie', person.jar.header).expect(200)).body
  const known = await devicesOf(api, { ...person, body: token })
  expect(known).toHaveLength(20)
  expect(known.filter(({ current }) => current)).toHaveLength(1)
})

it('no header tells whose browser it is', async () => {
  const api = await apiForTest()
  const [owner, other] = [await registered(api), await registered(api)]
  const device = owner.jar.header.split('; ').find((cookie) => cookie.includes('device=')) ?? ''
  const headersFor = async (email: string, shown: string) => {
    const answer = await api.http.post('/api/login').set('Cookie', device).send({ email, password: shown })
    return [answer.status, answer.headers['ratelimit-policy'], answer.headers.ratelimit]
  }
  const told = await headersFor(owner.email, 'wrong wrong')
  expect(told).toEqual([401, '"login";q=10;w=900', '"login";r=9;t=900'])
  expect(await headersFor(other.email, 'wrong wrong')).toEqual(told)
  expect(await headersFor(somebody().email, 'wrong wrong')).toEqual(told)
})
