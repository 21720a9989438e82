import { expect, it } from 'vitest'
import { apiForTest } from './support/api.ts'
import { jarOf, login, password, protectedWith, refresh, registered } from './support/people.ts'

it('neither the log nor a dump of the database holds anything that opens a session', async () => {
  const api = await apiForTest()
  const person = await registered(api)
  const rotated = await refresh(api, person.jar).expect(200)
  const second = await login(api, person)
  await protectedWith(api, second.body.accessToken).expect(200)
  await api.http.post('/api/login').send({ email: person.email, password: 'wrong-but-secret' })
  await api.http.post('/api/refresh-token').send({ refreshToken: second.jar.refreshToken })
  await api.http.get(`/api/protected?access_token=${second.body.accessToken}`)
  await api.http.post('/api/logout').set('Cookie', second.jar.header)

  const { db } = api.services.database.connection
  const collections = (await db?.listCollections().toArray()) ?? []
  const documents = await Promise.all(collections.map(({ name }) => db?.collection(name).find().toArray()))
  const dump = JSON.stringify(documents)
  expect(dump).toContain(person.email)
  const log = api.logged()
  expect(log).toContain('/api/refresh-token')

  const tokens = [person.jar, jarOf(rotated), second.jar].map(({ refreshToken }) => refreshToken)
  const secrets = [
    password,
    'wrong-but-secret',
    api.config.accessToken.key,
    api.config.refreshToken.key,
    ...[...tokens, person.body.accessToken, second.body.accessToken].map(
      (token) => token.split('.')[2] ?? '',
    ),
  ]
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(10)
    expect(dump).not.toContain(secret)
    expect(log).not.toContain(secret)
  }
})
