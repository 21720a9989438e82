import mongoose from 'mongoose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabaseUri } from '../testing/index.ts'

beforeAll(async () => {
  await mongoose.connect(testDatabaseUri('smoke'))
})
afterAll(async () => {
  await mongoose.connection.dropDatabase()
  await mongoose.disconnect()
})

test('mongoose', async () => {
  const User = mongoose.model(
    'User',
    new mongoose.Schema(
      { email: { type: String, unique: true }, n: Number, tokens: [{ gen: Number, at: Date }] },
      { timestamps: true },
    ),
  )
  await User.init()
  const u = await User.create({ email: 'a@b.c', n: 1, tokens: [{ gen: 1 }, { gen: 2 }] })
  await expect(User.create({ email: 'a@b.c' })).rejects.toMatchObject({
    code: 11000,
    keyPattern: { email: 1 },
    keyValue: { email: 'a@b.c' },
  })
  const r = await User.findOneAndUpdate(
    { _id: u._id, tokens: { $elemMatch: { gen: 2 } } },
    { $inc: { 'tokens.$.gen': 5 }, $set: { 'tokens.$.at': new Date(0) } },
    { returnDocument: 'after' },
  )
  expect(r?.tokens.map((t) => t.gen)).toEqual([1, 7])
  expect(await User.countDocuments()).toBe(1)
  expect(
    (
      await User.find({ n: { $gte: 1 } })
        .sort({ email: 1 })
        .lean()
    ).length,
  ).toBe(1)
  await User.deleteMany({})
  expect(await User.exists({})).toBe(null)
})
