import { expect, it } from 'vitest'
import { apiForTest } from './support/api.ts'
import { protectedWith, registered } from './support/people.ts'

it('writes one line for each request, named by the id in its answer, without query or headers', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const before = api.logged().length
  const response = await protectedWith(api, person.body.accessToken).query({ token: 'not-for-the-log' })
  const lines = api.logged().slice(before).trim().split('\n')

  expect(lines).toHaveLength(1)
  const [line = ''] = lines
  expect(line).not.toContain('not-for-the-log')
  expect(line).not.toContain(person.body.accessToken)
  expect(JSON.parse(line)).toMatchObject({
    reqId: response.headers['x-request-id'],
    req: { method: 'GET', path: '/api/protected', ip: expect.stringContaining('127.0.0.1') },
    res: { status: 200 },
    responseTime: expect.any(Number),
    msg: 'request completed',
  })
})

it('takes the id that a proxy gave, and no other text', async () => {
  const api = await apiForTest()
  const ask = (id: string) => api.http.get('/api/protected').set('X-Request-Id', id)
  expect((await ask('edge-42')).headers['x-request-id']).toBe('edge-42')
  expect((await ask('two words')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})
