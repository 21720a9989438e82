import {
  complaints,
  type FieldError,
  isComplaintCode,
  type LimitedCode,
  readComplaint,
  routes,
  sentenceOf,
} from '@latchkey/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiForTest, startApi, type TestApi } from './support/api.ts'
import { login, registered, type SignedInPerson } from './support/people.ts'

let api: TestApi
let admin: SignedInPerson
beforeAll(async () => {
  api = await startApi()
  const person = await registered(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', 'admin'])
  admin = await login(api, person)
})
afterAll(() => api.close())

const expectInList = (errors: FieldError[]) => {
  for (const { code = '', limit, message, path } of errors) {
    if (!isComplaintCode(code)) throw new Error(`${path}: ${code} is in no list`)
    // What zod says itself stays as it says it.
    if (code !== 'value_malformed') {
      const complaint = readComplaint(code, limit)
      expect(message).toBe(complaint && sentenceOf(complaint))
      expect(message).not.toMatch(/\{|undefined/)
      // A number is sent where the sentence has one, and nowhere else.
      expect(limit !== undefined).toBe(complaints[code].includes('{limit}'))
    }
  }
}

const withBody = Object.entries(routes).filter(([name, route]) => 'body' in route && name !== 'token')
const bodies = (text: unknown) => {
  const names = 'username email password token code method ticket name roles identifier newPassword'
  const more = 'currentPassword refreshToken language passkey credential trustBrowser'
  return Object.fromEntries([...names.split(' '), ...more.split(' ')].map((name) => [name, text]))
}

it.each(withBody)('%s complains by codes of the list alone', async (name, { method, path }) => {
  let count = 0
  for (const text of ['', 'x', '\u0000 ', 'x'.repeat(1500), 7, {}, []]) {
    const address = `/api${path.replace(/:\w+/g, '665f1c2ab7e4a1d3c0ffee01')}`
    const response = await api.http[method.toLowerCase() as 'post' | 'patch' | 'put' | 'delete'](address)
      .set('Authorization', `Bearer ${admin.body.accessToken}`)
      .send(bodies(text))
    if (response.status === 429) break
    if (response.body.code !== 'validation_failed') continue
    expectInList(response.body.errors)
    count += response.body.errors.length
  }
  // Refreshing and signing out take a cookie as well, and say nothing of fields.
  if (!['refreshToken', 'logout'].includes(name)) expect(count).toBeGreaterThan(0)
})

const domain = `${`${'d'.repeat(60)}.`.repeat(4)}com`
/**
 * What to register with, or to name a session, to hear of each number. A new code with a number does not compile without. No
 * body of the API has a number of its own: those are tested beside `numberField`.
 */
const tooMuch: Record<Exclude<LimitedCode, `number_${string}`>, [field: string, value: string]> = {
  username_short: ['username', 'a'],
  username_long: ['username', 'a'.repeat(33)],
  email_local_long: ['email', `${'a'.repeat(65)}@example.com`],
  email_long: ['email', `${'a'.repeat(20)}@${domain}`],
  new_password_short: ['password', 'ten-of-12!'],
  new_password_long: ['password', 'a'.repeat(129)],
  name_long: ['name', 'a'.repeat(65)],
}

it('every sentence with a number gets it', async () => {
  const strict = await apiForTest({ environment: { PASSWORD_MIN_LENGTH: '12' } })
  const person = await registered(strict)
  const body = { username: 'grace', email: 'grace@example.com', password: 'otter lamp violin' }
  for (const [code, [field, value]] of Object.entries(tooMuch)) {
    const response =
      field === 'name'
        ? await strict.http
            .patch(`/api/sessions/${person.sessionId}`)
            .set('Authorization', `Bearer ${person.body.accessToken}`)
            .send({ name: value })
        : await strict.http.post('/api/register').send({ ...body, [field]: value })
    expect(response.body.errors).toMatchObject([{ path: field, code, limit: expect.any(Number) }])
    expect(response.body.errors[0].message).toContain(` ${response.body.errors[0].limit} `)
    expectInList(response.body.errors)
  }
})

it.each([
  ['/api/admin/users?after=nowhere', 'after', 'place_unknown'],
  [`/api/admin/users?query=${'x'.repeat(300)}`, 'query', 'search_too_long'],
  ['/api/admin/users?query=%00', 'query', 'search_characters'],
  ['/api/admin/users?sort=shoe', 'sort', 'value_malformed'],
  ['/api/activity?after=nowhere', 'after', 'place_unknown'],
])('%s: %s is %s', async (address, path, code) => {
  const { body } = await api.http.get(address).set('Authorization', `Bearer ${admin.body.accessToken}`)
  expect(body.errors).toMatchObject([{ path, code }])
  expectInList(body.errors)
})
