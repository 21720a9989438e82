import mongoose from 'mongoose'
import { expect, it } from 'vitest'
import { readCause, readRevocation } from '../src/revocations/revocation.model.ts'

const { BSON, Double, Long, ObjectId } = mongoose.mongo
const _id = new ObjectId()
const at = new Date('2026-01-02T03:04:05.678Z')
const expiresAt = new Date(at.getTime() + 7_200_000)
const read = (record: object) => readRevocation(Buffer.from(BSON.serialize(record)))

it('reads a revocation from its bytes as the driver would, whatever the order of its fields', () => {
  const ended = { id: _id.toHexString(), epoch: null, endedBelow: -1, at: at.getTime() }
  expect(read({ _id, epoch: null, at, expiresAt })).toEqual(ended)
  expect(read({ expiresAt, at, epoch: 7, _id })).toEqual({ ...ended, epoch: 7 })
  expect(read({ _id, at, expiresAt })).toEqual(ended)
})

it('reads a number of whatever type the database made of it', () => {
  for (const epoch of [0, 1, 2 ** 31 - 1, new Double(3), Long.fromNumber(2 ** 40)])
    expect(read({ _id, epoch, endedBelow: epoch, at, expiresAt })).toMatchObject({
      epoch: Number(epoch),
      endedBelow: Number(epoch),
    })
})

it('reads a revocation from before there were epochs: only what carries none is dead by it', () => {
  expect(read({ _id, before: null, at, expiresAt })).toMatchObject({ epoch: null })
  expect(read({ _id, before: at, at, expiresAt })).toMatchObject({ epoch: 0 })
})

it('passes over what a record holds besides, and a record that names nobody', () => {
  const ended = { id: _id.toHexString(), epoch: null, endedBelow: -1, at: at.getTime() }
  const besides = { by: new ObjectId(), reason: 'text', notes: ['a'], more: { before: at }, final: true }
  expect(read({ ...besides, _id, epoch: null, at, expiresAt })).toEqual(ended)
  expect(read({ ...besides, _id, before: at, at, expiresAt })).toEqual({ ...ended, epoch: 0 })
  expect(read({ by: new ObjectId(), _id, at, epoch: 3 })).toEqual({ ...ended, epoch: 3 })
  expect(read({ _id: 'text', epoch: 1, at })).toBeNull()
  expect(read({ epoch: 1, at })).toBeNull()
})

it('whose it is and why is read by itself, and changes nothing of the rest', () => {
  const userId = new ObjectId()
  const record = { _id, userId, reason: 'signed_out — “here”', epoch: 7, at, expiresAt }
  const raw = Buffer.from(BSON.serialize(record))
  expect(readRevocation(raw)).toEqual({ id: _id.toHexString(), epoch: 7, endedBelow: -1, at: at.getTime() })
  expect(readCause(raw)).toEqual({ userId, ended: { below: 7, reason: record.reason } })
  const cause = (record: object) => readCause(Buffer.from(BSON.serialize(record)))
  expect(cause({ _id, userId, reason: null })).toEqual({ userId, ended: null })
  expect(cause({ _id, userId, epoch: null, reason: 'signed_out' })).toEqual({
    userId,
    ended: { below: null, reason: 'signed_out' },
  })
  expect(cause({ _id, reason: 'signed_out' })).toBeNull()
})

it('reads texts that are no UTF-8, which MongoDB stores, and stops at none', () => {
  const userId = new ObjectId()
  const record = { _id, userId, reason: 'signed?out', note: 'signed?out', epoch: 7, at, expiresAt, more: {} }
  const raw = Buffer.from(BSON.serialize(record))
  // Of the texts alone: an id may have that byte as well.
  for (let i = raw.indexOf('?out'); i >= 0; i = raw.indexOf('?out', i)) raw[i] = 0xff
  expect(readRevocation(raw)).toMatchObject({ id: _id.toHexString(), epoch: 7, at: at.getTime() })
  expect(readCause(raw)).toMatchObject({ userId, ended: { below: 7, reason: 'signed\ufffdout' } })
})

it('says which sessions have ended where more is dead by now, for another reason', () => {
  const userId = new ObjectId()
  const cause = (record: object) => readCause(Buffer.from(BSON.serialize({ _id, userId, ...record })))
  const overtaken = { epoch: 9, reason: null, endedBelow: 7, endReason: 'password_reset', at, expiresAt }
  expect(read({ _id, userId, ...overtaken })).toEqual({
    id: _id.toHexString(),
    epoch: 9,
    endedBelow: 7,
    at: at.getTime(),
  })
  expect(cause(overtaken)).toEqual({ userId, ended: { below: 7, reason: 'password_reset' } })
  // What counts comes first, whoever wrote it.
  expect(cause({ ...overtaken, reason: 'account_disabled' })).toEqual({
    userId,
    ended: { below: 9, reason: 'account_disabled' },
  })
  for (const lame of [{ endedBelow: null }, { endedBelow: 'text' }, { endReason: null }])
    expect(cause({ ...overtaken, ...lame })).toEqual({ userId, ended: null })
})

it('takes everything for dead by a record that does not say since when, or what', () => {
  const ended = { id: _id.toHexString(), epoch: null, endedBelow: -1, at: 0 }
  expect(read({ _id, expiresAt })).toEqual(ended)
  expect(read({ _id, epoch: 'text', at: null, expiresAt })).toEqual(ended)
})
