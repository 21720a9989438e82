import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { BSON } from 'bson'
import mongoose from 'mongoose'
import { expect, test } from 'vitest'
import { addressOf } from '../testing/index.ts'
import { useEmbedded } from './support/embedded.ts'

const server = useEmbedded()

const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s|#.*$/gm, ''), 'hex')

/** What a driver sends first: OP_QUERY on admin.$cmd with { ismaster: 1, helloOk: true }. */
const HANDSHAKE = bytes(`
  44000000 01000000 00000000 d4070000  # 68 bytes, request 1, in answer to none, OP_QUERY
  00000000                             # no flags
  61646d696e2e24636d6400               # admin.$cmd
  00000000 ffffffff                    # skip none, return one
  1d000000                             # a document of 29 bytes
  10 69736d617374657200 01000000       # int32 ismaster: 1
  08 68656c6c6f4f6b00 01               # bool helloOk: true
  00
`)

/** OP_MSG with { ping: 1, $db: 'admin' }. */
const PING = bytes(`
  33000000 02000000 00000000 dd070000  # 51 bytes, request 2, OP_MSG
  00000000 00                          # no flags, kind 0
  1e000000                             # a document of 30 bytes
  10 70696e6700 01000000               # int32 ping: 1
  02 24646200 06000000 61646d696e00    # string $db: admin
  00
`)

async function open(): Promise<Socket> {
  const socket = connect(addressOf(server().uri))
  await once(socket, 'connect')
  return socket
}

interface Reply {
  responseTo: number
  opcode: number
  body: BSON.Document
}

/** The next whole message. Bytes of a later one are put back. */
async function read(socket: Socket): Promise<Reply> {
  let received = Buffer.alloc(0)
  while (received.length < 16 || received.length < received.readInt32LE(0)) {
    const chunk: Buffer | null = socket.read()
    if (chunk) received = Buffer.concat([received, chunk])
    else await once(socket, 'readable')
  }
  const length = received.readInt32LE(0)
  if (received.length > length) socket.unshift(received.subarray(length))
  const message = received.subarray(0, length)
  const opcode = message.readInt32LE(12)
  return {
    responseTo: message.readInt32LE(8),
    opcode,
    body: BSON.deserialize(message.subarray(opcode === 1 ? 36 : 21), { useBigInt64: false }),
  }
}

function message(
  document: BSON.Document,
  { flags = 0, sections = [] as Buffer[], trailer = Buffer.alloc(0) } = {},
): Buffer {
  const body = Buffer.concat([Buffer.from([0]), BSON.serialize(document), ...sections, trailer])
  const head = Buffer.alloc(20)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(7, 4)
  head.writeInt32LE(2013, 12)
  head.writeUInt32LE(flags, 16)
  return Buffer.concat([head, body])
}

function section(name: string, documents: BSON.Document[]): Buffer {
  const payload = Buffer.concat([
    Buffer.from(`${name}\0`),
    ...documents.map((document) => BSON.serialize(document)),
  ])
  const head = Buffer.alloc(5)
  head[0] = 1
  head.writeInt32LE(payload.length + 4, 1)
  return Buffer.concat([head, payload])
}

test('the first message of a driver is answered as by a standalone server', async () => {
  const socket = await open()
  socket.write(HANDSHAKE)
  const reply = await read(socket)
  expect(reply).toMatchObject({
    responseTo: 1,
    opcode: 1,
    body: { ismaster: true, helloOk: true, maxWireVersion: 21, ok: 1 },
  })
  expect(reply.body).not.toHaveProperty('setName')
  expect(reply.body).not.toHaveProperty('topologyVersion')
  socket.destroy()
})

test('a message may arrive byte by byte, and several at once', async () => {
  const socket = await open()
  socket.setNoDelay(true)
  for (const byte of PING.subarray(0, 30)) {
    socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.write(PING.subarray(30))
  expect(await read(socket)).toMatchObject({ responseTo: 2, opcode: 2013, body: { ok: 1 } })
  socket.write(Buffer.concat([PING, message({ nope: 1, $db: 'admin' })]))
  expect((await read(socket)).body.ok).toBeDefined()
  socket.destroy()
})

test('documents may come in a section of their own, and a checksum may follow', async () => {
  const socket = await open()
  socket.write(
    message(
      { insert: 'w', $db: 'wire' },
      { flags: 1, sections: [section('documents', [{ a: 1 }, { a: 2 }])], trailer: Buffer.alloc(4) },
    ),
  )
  expect((await read(socket)).body).toMatchObject({ n: 2, ok: 1 })
  socket.destroy()
})

test('an unacknowledged write gets no answer and is done', async () => {
  const socket = await open()
  socket.write(
    message({ insert: 'w0', documents: [{ _id: 1 }], writeConcern: { w: 0 }, $db: 'wire' }, { flags: 2 }),
  )
  socket.write(PING)
  expect((await read(socket)).responseTo).toBe(2)
  expect(await server().client.db('wire').collection('w0').countDocuments()).toBe(1)
  socket.destroy()
  const collection = server()
    .client.db('wire')
    .collection('w0', { writeConcern: { w: 0 } })
  await collection.insertOne({ _id: 2 as never })
  await expect.poll(() => collection.countDocuments()).toBe(2)
})

test.each<[string, Buffer]>([
  ['a length below that of a header', bytes('0f000000 01000000 00000000 dd070000')],
  ['a negative length', bytes('ffffffff 01000000 00000000 dd070000')],
  ['a length above 48 MB', bytes('016cdc02 01000000 00000000 dd070000')],
  ['an unknown opcode', bytes('10000000 01000000 00000000 ff070000')],
  ['no section', bytes('14000000 01000000 00000000 dd070000 00000000')],
  ['an unknown kind of section', bytes('15000000 01000000 00000000 dd070000 00000000 07')],
  ['an unknown required flag', bytes('1a000000 01000000 00000000 dd070000 04000000 00 0500000000')],
  ['a document longer than the message', bytes('1a000000 01000000 00000000 dd070000 00000000 00 ff00000000')],
  [
    'a string longer than its document',
    bytes('26000000 01000000 00000000 dd070000 00000000 00 11000000 02 6100 ff000000 6162 00 00 00 00'),
  ],
  ['an unknown BSON type', bytes('1d000000 01000000 00000000 dd070000 00000000 00 08000000 42 6100 00')],
  ['text instead of a message', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
])('%s ends that connection and no other', async (_, broken) => {
  const socket = await open()
  const closed = once(socket, 'close')
  socket.resume()
  socket.write(broken)
  await closed
  expect(await server().client.db().command({ ping: 1 })).toMatchObject({ ok: 1 })
})

test('random bytes never end the server', async () => {
  for (let round = 0; round < 60; round++) {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.resume()
    const broken = Buffer.from(
      round % 2 === 0 ? PING : message({ find: 'c', filter: { a: { b: [1, 'x'] } }, $db: 'wire' }),
    )
    for (let i = 0; i < 3; i++)
      broken[16 + ((round * 31 + i * 17) % (broken.length - 16))] = (round * 97 + i * 61) % 256
    socket.end(broken)
    await closed
  }
  expect(await server().client.db().command({ ping: 1 })).toMatchObject({ ok: 1 })
})

test.each<[string, object, number, string]>([
  ['an unknown command', { frobnicate: 1 }, 59, 'CommandNotFound'],
  ['a collection that is not there', { listIndexes: 'nope' }, 26, 'NamespaceNotFound'],
  [
    'a cursor that is not there',
    { getMore: mongoose.mongo.Long.fromNumber(5), collection: 'c' },
    43,
    'CursorNotFound',
  ],
  [
    'a transaction',
    { find: 'c', txnNumber: mongoose.mongo.Long.fromNumber(1), startTransaction: true, autocommit: false },
    20,
    'IllegalOperation',
  ],
  ['a collection name that is no string', { find: 1 }, 73, 'InvalidNamespace'],
])('%s is answered with its code', async (_, command, code, codeName) => {
  await expect(server().client.db().command(command)).rejects.toMatchObject({ code, codeName })
})

test('a collection cannot be created twice', async () => {
  await server().client.db().createCollection('twice')
  await expect(server().client.db().createCollection('twice')).rejects.toMatchObject({ code: 48 })
})

test('a document above 16 MB is refused', async () => {
  const big = { a: 'x'.repeat(9_000_000) }
  const collection = server().collection('big')
  const { insertedId } = await collection.insertOne(big)
  await expect(collection.updateOne({ _id: insertedId }, { $set: { b: big.a } })).rejects.toMatchObject({
    code: 10334,
  })
})

test('the tools that look around get answers', async () => {
  const db = server().client.db('tools')
  await db.collection('c').insertOne({ a: 1 })
  for (const command of [
    'buildInfo',
    'connectionStatus',
    'hostInfo',
    'serverStatus',
    'getCmdLineOpts',
    'dbStats',
    'hello',
    'currentOp',
  ])
    expect(await db.command({ [command]: 1 })).toMatchObject({ ok: 1 })
  expect(await db.command({ getLog: 'startupWarnings' })).toMatchObject({ log: [] })
  expect(await db.command({ getParameter: 1, featureCompatibilityVersion: 1 })).toMatchObject({
    featureCompatibilityVersion: { version: '7.0' },
  })
  expect(await db.command({ collStats: 'c' })).toMatchObject({ count: 1, nindexes: 1 })
  expect((await db.admin().listDatabases()).databases.map(({ name }) => name)).toContain('tools')
  expect(await db.listCollections({}, { nameOnly: true }).toArray()).toEqual([
    { name: 'c', type: 'collection' },
  ])
  await db.renameCollection('c', 'd')
  expect(await db.collection('d').countDocuments()).toBe(1)
  expect(await db.dropCollection('d')).toBe(true)
})

test('a result that cannot be encoded is an error of that command only', async () => {
  const collection = server().collection('zero')
  await collection.insertOne({ a: 1 })
  const pipeline = [{ $project: { bad: { $arrayToObject: [[['a\0b', 1]]] } } }]
  await expect(collection.aggregate(pipeline).toArray()).rejects.toMatchObject({ code: 2 })
  expect(await collection.countDocuments()).toBe(1)
})
