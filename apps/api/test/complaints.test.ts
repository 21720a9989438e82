import { type FieldError, isComplaintCode, routes, sentenceOf } from '@latchkey/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
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
      expect(message).toBe(sentenceOf(limit === undefined ? { code } : { code, limit }))
      expect(message).not.toMatch(/\{|undefined/)
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
