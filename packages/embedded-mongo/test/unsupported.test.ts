import { expect, test } from 'vitest'
import { useEmbedded } from './support/embedded.ts'

// What this server does not support it refuses, with MongoDB's code for it.

const server = useEmbedded()

const aggregate = (...pipeline: object[]) => ({ aggregate: 'c', pipeline, cursor: {} })
const expression = (source: object) => aggregate({ $set: { x: source } })
const find = (filter: object, options: object = {}) => ({ find: 'c', filter, ...options })
const collated = (collation: object) => find({}, { collation: { locale: 'en', ...collation } })
const at = new Date(0)

test.each<[string, object, number]>([
  ['a stage', aggregate({ $graphLookup: {} }), 40324],
  ['a stage that writes', aggregate({ $out: 'x' }), 40324],
  ['an expression', expression({ $dateFromString: {} }), 168],
  ['an expression of a projection', aggregate({ $project: { x: { $sin: 1 } } }), 31325],
  ['an accumulator', aggregate({ $group: { _id: 1, x: { $median: 1 } } }), 15952],
  ['a command', { mapReduce: 'c' }, 59],
  ['$where', find({ $where: 'true' }), 2],
  ['$where in an element', find({ a: { $elemMatch: { $where: 'true' } } }), 2],
  ['$text', find({ $text: { $search: 'x' } }), 27],
  ['$jsonSchema', find({ $jsonSchema: {} }), 2],
  ['$sampleRate', find({ $sampleRate: 0.5 }), 2],
  ['$near', find({ a: { $near: [0, 0] } }), 291],
  ['$geoWithin', find({ a: { $geoWithin: {} } }), 2],
  ['a sort by score', find({}, { sort: { x: { $meta: 'textScore' } } }), 2],
  ['a score', find({}, { projection: { x: { $meta: 'textScore' } } }), 31325],
  ['bounds of an index', find({}, { min: { _id: 1 }, hint: { _id: 1 } }), 115],
  ['keys instead of documents', find({}, { returnKey: true }), 115],
  ['numbers of records', find({}, { showRecordId: true }), 115],
  ['a time zone', expression({ $hour: { date: at, timezone: 'Europe/Berlin' } }), 40485],
  ['bins of time', expression({ $dateTrunc: { date: at, unit: 'minute', binSize: 5 } }), 115],
  ['weeks from Monday', expression({ $dateTrunc: { date: at, unit: 'week', startOfWeek: 'monday' } }), 115],
  ['a collation that ignores signs', collated({ alternate: 'shifted' }), 115],
  ['a collation from behind', collated({ backwards: true }), 115],
  ['a collation with capitals first', collated({ caseFirst: 'upper' }), 115],
  ['a view', { create: 'v', viewOn: 'c', pipeline: [] }, 115],
  ['a capped collection', { create: 'v', capped: true, size: 5 }, 115],
  ['a validator', { create: 'v', validator: {} }, 115],
  ['a text index', { createIndexes: 'c', indexes: [{ key: { a: 'text' }, name: 'a' }] }, 67],
])('%s is refused as not supported', async (_, command, code) => {
  await server()
    .collection('c')
    .insertOne({ a: [{ x: 1 }] })
  await expect(server().client.db().command(command)).rejects.toMatchObject({
    code,
    message: expect.stringContaining('not supported by the embedded database'),
  })
})

test.each<[string, object, number]>([
  ['a locale that is not there', collated({ locale: 'xx' }), 2],
  ['$expr in an element', find({ a: { $elemMatch: { $expr: true } } }), 2],
  [
    'an order of what to update',
    { update: 'c', updates: [{ q: {}, u: { $set: { z: 1 } }, sort: { a: 1 } }] },
    40415,
  ],
])('%s is refused', async (_, command, code) => {
  const run = server().client.db().command(command)
  await expect(
    run.then(
      (reply) => reply.writeErrors?.[0] ?? reply,
      (error) => error,
    ),
  ).resolves.toMatchObject({ code })
})
