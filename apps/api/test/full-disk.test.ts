import { smallDisk } from '@latchkey/embedded-mongo/testing'
import type { Response } from 'supertest'
import { expect, it, onTestFinished } from 'vitest'
import { apiForTest } from './support/api.ts'
import {
  login,
  password,
  protectedWith,
  refresh,
  registered,
  setCookies,
  somebody,
} from './support/people.ts'

it('on a full disk whatever has to be saved is a 503, whatever is only read goes on, and so does all when there is room', async () => {
  const disk = smallDisk(8)
  onTestFinished(() => disk.close())
  const api = await apiForTest({ mongoUri: await disk.start() })
  const person = await registered(api)
  const filler = api.services.database.connection.collection<{ text: string }>('filler')
  // Down to where not even the smallest document finds room.
  for (const size of [100_000, 10_000, 1000, 1])
    for (let isFull = false; !isFull; )
      await filler.insertOne({ text: 'x'.repeat(size) }).catch((error) => {
        expect(disk.codes).toContain(error.code)
        isFull = true
      })

  // Pages that were used before have room for some more, so a few get in.
  const people = Array.from({ length: 30 }, somebody)
  const answers: Response[] = []
  for (const each of people) answers.push(await api.http.post('/api/register').send(each))
  const registeredIn = people.filter((_, i) => answers[i]?.status === 201)
  const refused = answers.filter(({ status }) => status !== 201)
  expect(refused.length).toBeGreaterThan(0)
  for (const refusal of refused) {
    expect([refusal.status, refusal.body.code]).toEqual([503, 'database_unavailable'])
    expect(refusal.body.message).toContain('no room to save')
    expect(refusal.headers['retry-after']).toMatch(/^\d+$/)
    expect(setCookies(refusal)).toEqual([])
  }
  const authorization = { Authorization: `Bearer ${person.body.accessToken}` }
  for (const attempt of [
    () => api.http.post('/api/login').send({ email: person.email, password }),
    () => api.http.post('/api/forgot-password').send({ email: person.email }),
    () => api.http.patch('/api/me').set(authorization).send({ username: somebody().username, password }),
    () => api.http.get('/api/me/export').set(authorization),
  ])
    expect([200, 503]).toContain((await attempt()).status)
  expect(api.logged()).toMatch(/the disk of [^"]+ is full|could not be committed/)
  await protectedWith(api, person.body.accessToken).expect(200)
  await api.http.get('/api/me').set(authorization).expect(200)
  await api.http.get('/api/health/ready').expect(200)

  disk.makeRoom()
  await refresh(api, person.jar).expect(200)
  for (const each of [person, ...registeredIn]) await login(api, each)
  await registered(api)
})
