import { testDatabaseUri } from '@latchkey/embedded-mongo/testing'
import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { createIndexes } from '../src/database-indexes.ts'
import { userModel } from '../src/users/user.model.ts'

const documents = 5000

/** A database that was restored without its indexes, and a connection that waits 100 ms for an answer. */
async function restored() {
  const uri = testDatabaseUri()
  const far = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise()
  const users = Array.from({ length: documents }, (_, index) => {
    const key = `ada-${index}`
    return { emailKey: `${key}@example.com`, usernameKey: key, email: `${key}@example.com`, username: key }
  })
  await far.collection('users').insertMany(users as never[])
  const connection = mongoose.createConnection(uri, {
    autoIndex: false,
    autoCreate: false,
    socketTimeoutMS: 100,
  })
  userModel(connection)
  await connection.asPromise()
  return {
    far,
    connection,
    async close() {
      await Promise.all([connection.close(), far.close()])
    },
  }
}

it('builds what a collection lacks however long it takes', async () => {
  const { far, connection, close } = await restored()
  await createIndexes(connection)
  const { length } = userModel(connection).schema.indexes()
  expect(length).toBeGreaterThan(5)
  expect(await far.collection('users').indexes()).toHaveLength(length + 1)
  await close()
})

it('builds none of them where one cannot be built, and says which documents are in the way', async () => {
  const { far, connection, close } = await restored()
  await far
    .collection('users')
    .updateOne({ usernameKey: 'ada-1' }, { $set: { emailKey: 'ada-2@example.com' } })
  await expect(createIndexes(connection)).rejects.toThrow('share "ada-2@example.com"')
  expect(await far.collection('users').indexes()).toHaveLength(1)
  await close()
})
