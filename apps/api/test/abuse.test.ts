import { expect, it } from 'vitest'
import type { Config } from '../src/config.ts'
import { apiForTest } from './support/api.ts'
import { mailServer, tokenIn } from './support/mail-server.ts'
import { jarOf, type Person, password, registered, somebody } from './support/people.ts'

const limits =
  (changes: Partial<Config['rateLimits']>) =>
  (config: Config): Config => ({ ...config, rateLimits: { ...config.rateLimits, ...changes } })

it('after two hundred failed sign-ins by an attacker the owner still signs in from a device of theirs', async () => {
  const api = await apiForTest()
  const person = somebody()
  const registration = await api.http.post('/api/register').send(person).expect(201)
  const device =
    jarOf(registration)
      .header.split('; ')
      .find((cookie) => cookie.startsWith('latchkey.device=')) ?? ''
  const attack = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      api.http
        .post('/api/login')
        .send({ email: index % 2 ? person.email : person.username, password: `guess ${index}` }),
    ),
  )
  expect(attack.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(20)
  expect(attack.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(180)

  const credentials = { email: person.email, password: person.password }
  await api.http.post('/api/login').set('Cookie', device).send(credentials).expect(200)
  // Somebody who merely knows the password and is no known device waits with the attacker.
  await api.http.post('/api/login').send(credentials).expect(429)
  await api.http.post('/api/login').set('Cookie', 'latchkey.device=forged').send(credentials).expect(429)

  const session = await api.http.post('/api/login').set('Cookie', device).send(credentials).expect(200)
  const activity = await api.http
    .get('/api/activity')
    .set('Authorization', `Bearer ${session.body.accessToken}`)
  expect(activity.body.events.map(({ kind }: { kind: string }) => kind)).toContain('failed_sign_ins')
})

it('a device known to one account is a stranger to another', async () => {
  const api = await apiForTest({
    configure: limits({ loginPerAccountAndAddress: { points: 1, windowSeconds: 60 } }),
  })
  const [mine, theirs] = [somebody(), somebody()]
  const registration = await api.http.post('/api/register').send(mine).expect(201)
  await api.http.post('/api/register').send(theirs).expect(201)
  const device =
    jarOf(registration)
      .header.split('; ')
      .find((cookie) => cookie.startsWith('latchkey.device=')) ?? ''
  const guess = (person: Person) =>
    api.http.post('/api/login').set('Cookie', device).send({ email: person.email, password: 'wrong wrong' })
  await guess(theirs).expect(401)
  await guess(theirs).expect(429)
  // The known device has its own allowance, and that ends as well.
  const statuses: number[] = []
  for (let i = 0; i < 12; i++) statuses.push((await guess(mine)).status)
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429])
})

it('past the free attempts each guess at an account costs twice the wait of the one before, from wherever', async () => {
  const api = await apiForTest({
    environment: { TRUST_PROXY: '1' },
    configure: limits({ loginPerAccount: { points: 3, windowSeconds: 3600 } }),
  })
  const person = somebody()
  await api.http.post('/api/register').send(person).expect(201)
  let host = 0
  const guess = () =>
    api.http
      .post('/api/login')
      .set('X-Forwarded-For', `198.51.100.${++host}`)
      .send({ email: person.email, password: 'wrong wrong' })
  for (let i = 0; i < 3; i++) await guess().expect(401)
  await guess().expect(401) // opens a wait of two seconds
  const refused = await guess()
  expect(refused.status).toBe(429)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(2)
  api.clock.advance(2)
  await guess().expect(401) // opens one of four
  const longer = await guess()
  expect(longer.status).toBe(429)
  expect(Number(longer.headers['retry-after'])).toBeGreaterThan(2)
})

it('an unknown account is throttled like a known one', async () => {
  const api = await apiForTest({
    configure: limits({ loginPerAccountAndAddress: { points: 2, windowSeconds: 60 } }),
  })
  const person = somebody()
  await api.http.post('/api/register').send(person).expect(201)
  const statuses = async (email: string) => {
    const seen: number[] = []
    for (let i = 0; i < 4; i++)
      seen.push((await api.http.post('/api/login').send({ email, password: 'wrong wrong' })).status)
    return seen
  }
  expect(await statuses(person.email)).toEqual(await statuses('nobody@example.com'))
})

it('however many wrong links come from an address, those that work still do', async () => {
  const mail = await mailServer()
  const api = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(api)
  const post = (path: string, body: object) => api.http.post(`/api${path}`).send(body)
  const proof = tokenIn(await mail.mailTo(person.email, /Confirm your email address/))
  await post('/forgot-password', { email: person.email }).expect(200)
  const reset = tokenIn(await mail.mailTo(person.email, /Reset your password/))

  for (let i = 0; i < 60; i++) await post('/disown-email', { token: `x${i}` }).expect(400)
  for (const path of ['/disown-email', '/undo-email', '/reset-password'])
    await post(path, { token: 'y'.repeat(43), ...(path === '/reset-password' && { password }) }).expect(429)

  await post('/verify-email', { token: proof, password: person.password }).expect(200)
  await post('/reset-password', { token: reset, password: 'violet candle otter' }).expect(200)
})

it('a link that works is used some times in vain, and no other account feels it', async () => {
  const mail = await mailServer()
  const api = await apiForTest({
    environment: { SMTP_URL: mail.url },
    configure: limits({
      resetPerAccount: { points: 3, windowSeconds: 60 },
      hashPerAddress: { points: 2, windowSeconds: 60 },
    }),
  })
  const [one, other] = [await registered(api), await registered(api)]
  const reset = async ({ email }: Person) => {
    await api.http.post('/api/forgot-password').send({ email }).expect(200)
    return tokenIn(await mail.mailTo(email, /Reset your password/))
  }
  const use = (token: string, chosen: string) =>
    api.http.post('/api/reset-password').send({ token, password: chosen })
  const [first, second] = [await reset(one), await reset(other)]
  for (let i = 0; i < 3; i++) await use(first, 'password123').expect(400)
  await use(first, 'violet candle otter').expect(429)
  await use(second, 'violet candle otter').expect(200)
  api.clock.advance(60)
  await use(first, 'violet candle otter').expect(200)
})

it('signing in rightly takes nothing from neighbours, to however many accounts', async () => {
  const api = await apiForTest({ configure: limits({ hashPerAddress: { points: 5, windowSeconds: 60 } }) })
  const own = [await registered(api), await registered(api), await registered(api)]
  const signIn = ({ email }: Person, shown: string) =>
    api.http.post('/api/login').send({ email, password: shown })
  for (const person of [...own, ...own, ...own]) await signIn(person, password).expect(200)
  // Wrong ones do.
  for (const person of own.slice(0, 2)) await signIn(person, 'wrong wrong').expect(401)
  await signIn(somebody(), 'wrong wrong').expect(429)
})
