import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { readRevocation } from '../src/revocations/revocation.model.ts'

const { BSON, Double, Long, ObjectId } = mongoose.mongo
const _id = new ObjectId()
const at = new Date('2026-01-02T03:04:05.678Z')
const expiresAt = new Date(at.getTime() + 7_200_000)
const read = (record: object) => readRevocation(Buffer.from(BSON.serialize(record)))

it('reads a revocation from its bytes as the driver would, whatever the order of its fields', () => {
  const ended = { id: _id.toHexString(), epoch: null, at: at.getTime() }
  expect(read({ _id, epoch: null, at, expiresAt })).toEqual(ended)
  expect(read({ expiresAt, at, epoch: 7, _id })).toEqual({ ...ended, epoch: 7 })
  expect(read({ _id, at, expiresAt })).toEqual(ended)
})

it('reads a number of whatever type the database made of it', () => {
  for (const epoch of [0, 1, 2 ** 31 - 1, new Double(3), Long.fromNumber(2 ** 40)])
    expect(read({ _id, epoch, at, expiresAt }).epoch).toBe(Number(epoch))
})

it('reads a revocation from before there were epochs: only what carries none is dead by it', () => {
  expect(read({ _id, before: null, at, expiresAt }).epoch).toBeNull()
  expect(read({ _id, before: at, at, expiresAt }).epoch).toBe(0)
})

it('refuses what is no revocation rather than guess', () => {
  expect(() => read({ _id, at, expiresAt, reason: 'text' })).toThrow('`reason` of BSON type 2')
  expect(() => read({ _id, epoch: 1, expiresAt })).toThrow('lacks')
})
