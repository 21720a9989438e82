import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { slug } from '@latchkey/brand'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../src/config.ts'
import { foldPassword } from '../src/sign-in/password-folding.ts'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { mailServer, tokenIn } from './support/mail-server.ts'
import { password, registered, somebody } from './support/people.ts'

const endless = { points: 1_000_000, windowSeconds: 3600 }
const manyRegistrations = (config: Config): Config => ({
  ...config,
  rateLimits: { ...config.rateLimits, registerPerAddress: endless },
})

let api: TestApi
beforeAll(async () => {
  api = await startApi({
    configure: manyRegistrations,
    environment: { PUBLIC_URL: 'https://accounts.oystercatcher.example' },
  })
})
afterAll(() => api.close())

let count = 0
const register = (chosen: string, on = api) => {
  count++
  const person = { username: `grace-hopper-${count}`, email: `grace.hopper.${count}@navy.example` }
  return on.http.post('/api/register').send({ ...person, password: chosen })
}

const common = /one of the first that anybody would try/
const repeats = /repeats the same few characters/
const sequence = /a simple sequence/
const personal = /little more than your name or address/
const service = /little more than the name of this service/

describe('a password that is tried first is refused, with the reason', () => {
  it.each([
    ['88888888', repeats],
    ['aaaaaaaa', repeats],
    ['123123123', repeats],
    ['abcabcabc', repeats],
    ['abcabcab', repeats],
    ['ha-ha-ha-ha-ha-ha-ha', repeats],
    ['🦊🐙🦊🐙🦊🐙🦊🐙', repeats],
    ['987654321', sequence],
    ['abcdefgh', sequence],
    ['zyxwvuts', sequence],
    ['qwertyui', sequence],
    ['poiuytrewq', sequence],
    ['1qaz2wsx3edc', sequence],
    ['1q2w3e4r5t6y7u', sequence],
    ['aabbccddee', sequence],
    ['abcd-1234', sequence],
    ['1-2-3-4-5-6-7-8', sequence],
    ['!@#$%^&*', sequence],
    ['19841985', sequence],
    ['31121984', sequence],
    ['p@ssword', common],
    ['pa55word', common],
    ['P4$$W0RD', common],
    ['ｐａｓｓｗｏｒｄ', common],
    ['passwordpassword', common],
    ['trustno1', common],
    ['5un5h1ne', common],
    ['sunshine!!', common],
    ['Summer2024!', common],
    ['***dragon***', common],
    ['monkey-123', common],
    [`${slug}1`, service],
    [`${slug.replaceAll('a', '@').replaceAll('e', '3')}!!`, service],
    [`my-${slug}`, service],
    [`${slug}2024`, service],
    ['oystercatcher-99', service],
    ['accounts.oystercatcher.example', service],
    [`${slug}password`, service],
    ['grace-grace-1', personal],
    ['hopper.hopper', personal],
    ['Gr4ceH0pper!', personal],
    ['navy2025', personal],
    [`grace@${slug}`, service],
  ])('%s', async (chosen, reason) => {
    const response = await register(chosen)
    expect(response.status).toBe(400)
    expect(response.body.errors).toEqual([
      expect.objectContaining({ path: 'password', message: expect.stringMatching(reason) }),
    ])
  })
})

describe('a password that only looks like one of those is taken', () => {
  it.each([
    'correct horse battery staple',
    'password rules are a nuisance',
    'my latchkey hangs beside the door',
    'grace under pressure, again',
    'kestrels hover over motorways',
    'oystercatchers run along the tide',
    'otter lamp violet',
    'summer lasted until 1976 there',
    'abcd efgh is how it begins',
    'qwerty was never my idea',
    `${slug}-x7Kq`,
    'x7Kq-grace-w2',
    'xkwmqvpt',
    'Xk9$wq2!',
    'sunshine-vd83x',
    'two two two trains to Tübingen',
    'kestrel7 and kestrel8 were here',
    '27182818284',
    'пароль на каждый день',
    'パスワードではない文章',
  ])('%s', async (chosen) => {
    expect((await register(chosen)).body).toMatchObject({ message: expect.stringMatching(/^Welcome/) })
  })

  it('and so are a thousand of nine characters at random', () => {
    const owner = somebody()
    for (let i = 0; i < 1000; i++) {
      const chosen = createHash('sha256').update(String(i)).digest('base64url').slice(0, 9)
      expect(() => api.services.passwordPolicy.refuseGuessable('password', chosen, owner)).not.toThrow()
    }
  })
})

it('the list is folded as passwords are, so that every line of it can be met', () => {
  const file = new URL('../src/sign-in/common-passwords.txt.br', import.meta.url)
  const lines = brotliDecompressSync(readFileSync(file)).toString().split('\n').slice(1, -1)
  expect(lines.filter((line) => line.length >= 8).length).toBeGreaterThanOrEqual(100_000)
  expect(lines.filter((line) => foldPassword(line) !== line)).toEqual([])
})

it('changing and resetting refuse the same passwords, and leave the old one', async () => {
  const mail = await mailServer()
  const own = await apiForTest({ environment: { SMTP_URL: mail.url } })
  const person = await registered(own)
  const changed = await own.http
    .post('/api/change-password')
    .set('Authorization', `Bearer ${person.body.accessToken}`)
    .send({ currentPassword: password, newPassword: `${person.username}-1` })
  expect(changed.body.errors).toEqual([
    { path: 'newPassword', code: 'new_password_personal', message: expect.stringMatching(personal) },
  ])

  await own.http.post('/api/forgot-password').send({ email: person.email }).expect(200)
  const token = tokenIn(await mail.mailTo(person.email, /Reset/))
  const reset = await own.http.post('/api/reset-password').send({ token, password: '987654321' })
  expect(reset.body.errors).toEqual([
    { path: 'password', code: 'new_password_sequence', message: expect.stringMatching(sequence) },
  ])
  await own.http.post('/api/login').send({ email: person.email, password }).expect(200)
})

describe('PASSWORD_MIN_LENGTH', () => {
  it('is what a new password needs; the complaint names the field and the number', async () => {
    const strict = await apiForTest({ environment: { PASSWORD_MIN_LENGTH: '15' } })
    const response = await register('otter lamp vio', strict)
    expect(response.status).toBe(400)
    expect(response.body.errors).toEqual([
      {
        path: 'password',
        code: 'new_password_short',
        limit: 15,
        message: 'A password needs at least 15 characters.',
      },
    ])
    await register('otter lamp viol', strict).expect(201)
    // Whoever has a shorter one from before still signs in.
    const before = await apiForTest({ mongoUri: strict.mongoUri, clock: strict.clock })
    const person = { ...somebody(), password: 'otter lamp' }
    await before.http.post('/api/register').send(person).expect(201)
    await strict.http.post('/api/login').send({ email: person.email, password: person.password }).expect(200)
  })

  it('can be asked for by a page, with nobody signed in', async () => {
    const strict = await apiForTest({ environment: { PASSWORD_MIN_LENGTH: '15' }, early: true })
    const response = await strict.http.get('/api/password-policy')
    expect(response.status).toBe(200)
    expect(response.body).toEqual({ minLength: 15, maxLength: 128 })
    expect((await api.http.get('/api/password-policy')).body.minLength).toBe(8)
  })
})
