import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { apiProcess } from './support/process.ts'
import { sideBySide } from './support/side-by-side.ts'

const { ObjectId } = mongoose.mongo

async function withUsers(documents: object[]): Promise<string> {
  const uri = testDatabaseUri()
  const connection = await mongoose.createConnection(uri).asPromise()
  await connection.collection('users').insertMany(documents as never[])
  await connection.close()
  return uri
}

sideBySide('users who cannot be told apart stop the start, with their ids and what to do', async () => {
  const [one, two, three, four] = Array.from({ length: 4 }, () => new ObjectId())
  const uri = await withUsers([
    { _id: one, username: 'ada', email: 'ada@example.com' },
    { _id: two, username: 'grace', email: 'grace@example.com', emailKey: null },
    { _id: three, usernameKey: 'x', emailKey: 'same@example.com' },
    { _id: four, usernameKey: 'y', emailKey: 'same@example.com' },
  ])
  const api = await apiProcess({ MONGO_URI: uri })
  expect(await api.exited).toBe(1)
  const output = api.output()
  expect(output).toMatch(/emailKey: these documents lack it: \w{24}, \w{24}/)
  expect(output).toMatch(`share "same@example.com": ${three}, ${four}`)
  for (const id of [one, two]) expect(output).toMatch(String(id))
  expect(output).toMatch('start again')
  expect(output).not.toMatch('cannot be reached')
})

it('one user without a key is no reason to stop', async () => {
  const uri = await withUsers([{ username: 'ada', email: 'ada@example.com' }])
  const { startApi } = await import('./support/api.ts')
  const api = await startApi({ mongoUri: uri })
  await api.http.get('/api/health/ready').expect(200)
  await api.close()
})
