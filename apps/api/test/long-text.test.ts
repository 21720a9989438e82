import { routes } from '@latchkey/contracts'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { registered, type SignedInPerson } from './support/people.ts'

// A request may have 16 kB. What takes more than its length in work is for text that is known to be short.

let api: TestApi
let person: SignedInPerson
beforeAll(async () => {
  api = await startApi()
  person = await registered(api)
})
afterAll(() => api.close())
afterEach(() => vi.restoreAllMocks())

/** The longest text that anybody has to be able to send: a password that was once accepted. */
const longest = 1024

/** Marks in an order that takes the square of their number to put right. */
const marks = (length: number) => `a${'\u0345\u035d\u035c\u0315\u0301\u0316\u031b'.repeat(length / 7)}`
const ideographs = (length: number) =>
  Array.from({ length }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 37) % 20_000))).join('')

const bodies = Object.values(routes).flatMap((route) => ('body' in route ? [route.path] : []))
const textFields = ['username', 'email', 'identifier', 'password', 'currentPassword', 'newPassword', 'name']
const everywhere = (text: string) => Object.fromEntries(textFields.map((field) => [field, text]))

/** The longest text of which one of these was made while something was done. */
async function longestText(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  const seen = (text: unknown) => {
    longest = Math.max(longest, String(text).length)
  }
  const { normalize } = String.prototype
  const { canParse } = URL
  vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, ...form) {
    seen(this)
    return normalize.apply(this, form)
  })
  vi.spyOn(URL, 'canParse').mockImplementation((url, base) => {
    seen(url)
    return canParse(url, base)
  })
  await work()
  return longest
}

it.each([...new Set(bodies)])(
  'no text that is too long is normalised or read as a domain: %s',
  async (path) => {
    const texts = [
      marks(5000),
      `${marks(2500)}@example.com`,
      `a@${marks(2500)}.example`,
      `a@${ideographs(2500)}.example`,
    ]
    const read = await longestText(async () => {
      for (const text of texts)
        for (const field of textFields)
          await api.http
            .post(`/api${path}`)
            .set('Authorization', `Bearer ${person.body.accessToken}`)
            .send({ ...everywhere('ada@example.com'), [field]: text })
    })
    expect(read).toBeLessThanOrEqual(longest)
  },
)

it('nor is an origin', async () => {
  const origin = `http://${'xn--a-'.repeat(2400)}`
  const read = await longestText(() => api.http.post('/api/login').set('Origin', origin).send({}).expect(403))
  expect(read).toBeLessThanOrEqual(longest)
  expect(api.logged()).not.toContain(origin)
})

it.each([
  ['an address', 'email', { code: 'email_too_long' }, /longer than any email address/],
  ['a password', 'password', { code: 'new_password_long', limit: 128 }, /at most 128 characters/],
])('and %s of 16 kB hears that it is too long', async (_, field, complaint, message) => {
  const registration = { username: 'ada', email: 'ada@example.com', password: 'otter lamp violet' }
  const { body } = await api.http.post('/api/register').send({ ...registration, [field]: marks(5000) })
  expect(body.errors).toEqual([{ path: field, ...complaint, message: expect.stringMatching(message) }])
})
