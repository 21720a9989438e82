import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mongoose from 'mongoose'
import { expect, test } from 'vitest'
import { commandLine, startServer } from '../testing/index.ts'
import { temporaryDirectory } from './support/embedded.ts'

interface Started {
  process: ChildProcess
  uri: string
}

async function startProcess(dataDir: string, program = commandLine()): Promise<Started> {
  const child = spawn(process.execPath, [program, '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const uri = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(String(text).trim()))
    child.once('exit', () => reject(new Error(errors)))
  })
  return { process: child, uri }
}

async function connect(uri: string): Promise<mongoose.mongo.MongoClient> {
  return new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 2000 }).connect()
}

async function kill({ process: child }: Started): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

const writers = 16
/** How often the server is killed: each time later in its writing. */
const kills = process.env.CI ? 4 : 2

/** Writes until the server dies; remembers what was acknowledged. */
async function writeUntilKilled(
  uri: string,
  round: number,
  acknowledged: Map<string, number>,
): Promise<void> {
  const client = await connect(uri)
  const collection = client.db().collection<{ _id: string; n: number; tags: number[]; u: string }>('load')
  await collection.createIndex({ u: 1 }, { unique: true })
  await collection.createIndex({ tags: 1 })
  const writer = async (w: number): Promise<void> => {
    const _id = `${round}-${w}`
    await collection.insertOne({ _id, n: 0, tags: [0], u: `${_id}:0` })
    acknowledged.set(_id, 0)
    for (let n = 1; ; n++) {
      await collection.updateOne(
        { _id },
        { $set: { n, u: `${_id}:${n}` }, $push: { tags: { $each: [n], $slice: -5 } } },
      )
      acknowledged.set(_id, n)
    }
  }
  await Promise.allSettled(Array.from({ length: writers }, (_, w) => writer(w)))
  await client.close()
}

test('kill -9 under load loses nothing that was acknowledged and leaves indexes and documents in agreement', async () => {
  const dataDir = await temporaryDirectory()
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < kills; round++) {
    const server = await startProcess(dataDir)
    const writing = writeUntilKilled(server.uri, round, acknowledged)
    await expect.poll(() => acknowledged.size, { timeout: 60_000 }).toBe(writers * (round + 1))
    // Then at no particular moment of the writing.
    await new Promise((resolve) => setTimeout(resolve, 150 * (round + 1)))
    await kill(server)
    await writing
  }
  const server = await startServer({ dataDir })
  const client = await connect(server.uri)
  const collection = client.db().collection<{ _id: string; n: number; tags: number[]; u: string }>('load')
  const documents = await collection.find().toArray()
  const byId = new Map(documents.map((document) => [document._id, document]))
  expect(acknowledged.size).toBe(writers * kills)
  for (const [_id, n] of acknowledged) {
    const document = byId.get(_id)
    // A write whose answer was lost with the process may be there as well; never more than one.
    expect(document?.n === n || document?.n === n + 1).toBe(true)
    expect(document?.u).toBe(`${_id}:${document?.n}`)
    expect(document?.tags.at(-1)).toBe(document?.n)
    expect(
      await collection
        .find({ u: String(document?.u) })
        .hint('u_1')
        .toArray(),
    ).toEqual([document])
  }
  expect((await collection.find({}).hint('u_1').toArray()).length).toBe(documents.length)
  for (const tag of [0, 1, 2, 3])
    expect(
      (await collection.find({ tags: tag }).hint('tags_1').toArray()).map(({ _id }) => _id).sort(),
    ).toEqual(
      documents
        .filter(({ tags }) => tags.includes(tag))
        .map(({ _id }) => _id)
        .sort(),
    )
  await client.close()
  await server.close()
  await rm(dataDir, { recursive: true })
  // Some processes are started, and each may take as long as the machine has others to do.
}, 240_000)

test('what was written is there after a restart, indexes included', async () => {
  const dataDir = await temporaryDirectory()
  const first = await startServer({ dataDir })
  expect((await readFile(join(dataDir, 'mongo.uri'), 'utf8')).trim()).toBe(first.uri)
  const before = await connect(first.uri)
  await before.db().collection('c').createIndex({ a: 1 }, { unique: true })
  await before
    .db()
    .collection('c')
    .insertMany([{ a: 1 }, { a: 2 }])
  await before.close()
  await first.close()
  await expect(readFile(join(dataDir, 'mongo.uri'))).rejects.toMatchObject({ code: 'ENOENT' })
  const second = await startServer({ dataDir })
  const after = await connect(second.uri)
  expect(await after.db().collection('c').countDocuments()).toBe(2)
  await expect(after.db().collection('c').insertOne({ a: 1 })).rejects.toMatchObject({ code: 11000 })
  await after.close()
  await second.close()
  await rm(dataDir, { recursive: true })
})

test('a second process on the same directory is refused, and let in after a crash of the first', async () => {
  const dataDir = await temporaryDirectory()
  const first = await startProcess(dataDir)
  await expect(startServer({ dataDir })).rejects.toThrow(
    `${dataDir} is in use by process ${first.process.pid}.`,
  )
  await expect(startProcess(join(dataDir, '..', dataDir.split('/').at(-1) ?? ''))).rejects.toThrow(
    'is in use by process',
  )
  await kill(first)
  const second = await startServer({ dataDir })
  await expect(startServer({ dataDir })).rejects.toThrow(`is in use by process ${process.pid}`)
  await second.close()
  await rm(dataDir, { recursive: true })
})

test('of several starts at once exactly one gets the directory', async () => {
  const dataDir = await temporaryDirectory()
  const started = await Promise.allSettled(Array.from({ length: 4 }, () => startServer({ dataDir })))
  const winners = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  expect(winners).toHaveLength(1)
  await winners[0]?.close()
  await rm(dataDir, { recursive: true })
})

test('SIGTERM ends the process cleanly, from source as well', async () => {
  const dataDir = await temporaryDirectory()
  const server = await startProcess(
    dataDir,
    fileURLToPath(new URL('../bin/embedded-mongo.js', import.meta.url)),
  )
  const exit = once(server.process, 'exit')
  server.process.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  await rm(dataDir, { recursive: true })
})

test('a scan does not hold up the event loop of the process that started the server', async () => {
  const dataDir = await temporaryDirectory()
  const server = await startServer({ dataDir })
  const client = await connect(server.uri)
  const collection = client.db().collection('big')
  const text = 'x'.repeat(500)
  for (let i = 0; i < 4; i++)
    await collection.insertMany(Array.from({ length: 5000 }, (_, n) => ({ n, text })))
  /** The longest time that the loop stood still, as a share of the scan. */
  const standstill = async () => {
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const started = performance.now()
    expect(await collection.countDocuments({ text: /y$/ })).toBe(0)
    clearInterval(timer)
    return longest / (performance.now() - started)
  }
  // In most of some: whatever else goes on only ever adds.
  const shares: number[] = []
  for (let i = 0; i < 5; i++) shares.push(await standstill())
  expect(shares.toSorted((a, b) => a - b)[2]).toBeLessThan(0.5)
  await client.close()
  await server.close()
  await rm(dataDir, { recursive: true })
})
