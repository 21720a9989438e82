import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { readRevocation } from '../src/revocations/revocation.model.ts'

const { BSON, ObjectId } = mongoose.mongo
const _id = new ObjectId()
const at = new Date('2026-01-02T03:04:05.678Z')
const expiresAt = new Date(at.getTime() + 960_000)
const read = (record: object) => readRevocation(Buffer.from(BSON.serialize(record)))

it('reads a revocation from its bytes as the driver would, whatever the order of its fields', () => {
  const times = { at: at.getTime(), expiresAt: expiresAt.getTime() }
  const ended = { id: _id.toHexString(), before: null, ...times }
  expect(read({ _id, before: null, at, expiresAt })).toEqual(ended)
  expect(read({ expiresAt, at, before: at, _id })).toEqual({ ...ended, before: at.getTime() })
  expect(read({ _id, at, expiresAt })).toEqual(ended)
})

it('refuses what is no revocation rather than guess', () => {
  expect(() => read({ _id, at, expiresAt, reason: 'text' })).toThrow('`reason` of BSON type 2')
  expect(() => read({ _id, at })).toThrow('lacks')
})
