import type { Invoice, Role } from '@latchkey/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from './support/api.ts'
import { login, registered, type SignedInPerson } from './support/people.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const as = ({ body }: SignedInPerson) => ({ Authorization: `Bearer ${body.accessToken}` })
const write = (person: SignedInPerson, body: object) =>
  api.http.post('/api/invoices').set(as(person)).send(body)
const seenBy = async (person: SignedInPerson): Promise<Invoice[]> =>
  (await api.http.get('/api/invoices').set(as(person)).expect(200)).body.invoices

async function withRole(role: Role): Promise<SignedInPerson> {
  const person = await registered(api)
  await api.services.administration.setRoles(person.body.user.id, ['user', role])
  return await login(api, person)
}

it('are written, listed by their day, and deleted by whoever wrote them', async () => {
  const person = await registered(api)
  const later = await write(person, { customer: 'Menabrea', amount: '12.50', due: '2026-12-24' }).expect(201)
  await write(person, { customer: ' Babbage ', amount: 7, due: '2026-12-01' }).expect(201)
  const mine = await seenBy(person)
  expect(mine).toMatchObject([
    { customer: 'Babbage', amount: 7, due: '2026-12-01', author: person.username },
    later.body.invoice,
  ])
  expect(later.body.invoice).toMatchObject({ amount: 12.5, userId: person.body.user.id })
  await api.http.delete(`/api/invoices/${mine[0]?.id}`).set(as(person)).expect(204)
  expect(await seenBy(person)).toEqual([later.body.invoice])
  expect((await api.http.delete('/api/invoices/7').set(as(person))).body.code).toBe('not_found')
})

it('need somebody who is signed in, and say what is wrong with them', async () => {
  expect((await api.http.get('/api/invoices')).body.code).toBe('access_token_missing')
  const person = await registered(api)
  const refused = await write(person, { customer: '', amount: '', due: 'tomorrow' })
  expect([refused.status, refused.body.errors]).toMatchObject([
    400,
    [
      { path: 'customer', code: 'name_missing' },
      { path: 'amount', code: 'number_missing' },
      { path: 'due', code: 'date_malformed' },
    ],
  ])
  expect(await seenBy(person)).toEqual([])
})

it('of others are seen by accountants and administrators, and deleted by administrators alone', async () => {
  const [person, stranger] = [await registered(api), await registered(api)]
  const { invoice } = (await write(person, { customer: 'Babbage', amount: 7, due: '2026-12-01' })).body
  const [accountant, admin] = [await withRole('accountant'), await withRole('admin')]
  expect(await seenBy(stranger)).toEqual([])
  for (const each of [accountant, admin]) expect(await seenBy(each)).toContainEqual(invoice)
  for (const each of [stranger, accountant])
    await api.http.delete(`/api/invoices/${invoice.id}`).set(as(each)).expect(404)
  await api.http.delete(`/api/invoices/${invoice.id}`).set(as(admin)).expect(204)
  expect(await seenBy(person)).toEqual([])
})

it('go with the account of whoever wrote them', async () => {
  const person = await registered(api)
  await write(person, { customer: 'Babbage', amount: 7, due: '2026-12-01' }).expect(201)
  await api.http.delete('/api/me').set(as(person)).expect(204)
  const all = await seenBy(await withRole('accountant'))
  expect(all.filter(({ userId }) => userId === person.body.user.id)).toEqual([])
})
