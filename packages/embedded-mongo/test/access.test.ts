import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { expect, onTestFinished, test } from 'vitest'
import { commands } from '../src/commands/index.ts'
import type { EmbeddedMongoOptions } from '../src/index.ts'
import { type Attempt, addressOf, somebodyElse, startServer } from '../testing/index.ts'
import { temporaryDirectory } from './support/embedded.ts'

/** A folder that everybody may enter, with a data directory in it that everybody may read and write. */
async function openDirectory(): Promise<string> {
  const folder = await temporaryDirectory()
  onTestFinished(() => rm(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir)
  return dataDir
}

async function start(options: EmbeddedMongoOptions) {
  const server = await startServer(options)
  onTestFinished(() => server.close())
  return server
}

async function connect(uri: string): Promise<mongoose.mongo.MongoClient> {
  const client = await new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 2000 }).connect()
  onTestFinished(() => client.close())
  return client
}

const openEverything = (path: string): void => {
  chmodSync(path, 0o777)
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) openEverything(join(path, name))
}

const modesIn = (path: string): [string, number][] => {
  const status = statSync(path)
  const inside = status.isDirectory() ? readdirSync(path).flatMap((name) => modesIn(join(path, name))) : []
  return [[path, status.mode & 0o077], ...inside]
}

test('another user of the machine reads, changes and reaches nothing, whatever the folder allowed before', async () => {
  const dataDir = await openDirectory()
  const before = await startServer({ dataDir, port: 0 }) // leaves a password, too
  await before.close()
  writeFileSync(join(dataDir, 'mongo.uri'), 'left behind')
  openEverything(dataDir)
  const attempts: Attempt[] = [
    { what: 'list', path: dataDir },
    ...['mongo/data.mdb', 'mongo/lock.mdb', 'mongo.uri', 'mongo.password'].map((name) => ({
      what: 'read' as const,
      path: join(dataDir, name),
    })),
  ]
  // What follows shows something only if the very same was possible now.
  expect(somebodyElse(attempts) ?? attempts.map(() => 'ok')).toEqual(attempts.map(() => 'ok'))

  const server = await start({ dataDir })
  expect(server.uri).toMatch(/^mongodb:\/\/%2F[^/]+mongo\.sock\/latchkey$/)
  expect(modesIn(dataDir).filter(([, others]) => others !== 0)).toEqual([])
  expect(modesIn(dataDir)).toHaveLength(7)
  const refused: Attempt[] = [
    ...attempts,
    { what: 'overwrite', path: join(dataDir, 'mongo/data.mdb') },
    { what: 'overwrite', path: join(dataDir, 'planted') },
    { what: 'remove', path: join(dataDir, 'mongo.uri') },
    { what: 'connect', path: join(dataDir, 'mongo.sock') },
  ]
  expect(somebodyElse(refused) ?? refused.map(() => 'EACCES')).toEqual(refused.map(() => 'EACCES'))
  const client = await connect(readFileSync(join(dataDir, 'mongo.uri'), 'utf8').trim())
  expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 })
})

test('a folder that is made to be shared is refused', async () => {
  const dataDir = await openDirectory()
  chmodSync(dataDir, 0o1777)
  await expect(startServer({ dataDir })).rejects.toThrow(`${dataDir} is shared by all users`)
  expect(statSync(dataDir).mode & 0o7777).toBe(0o1777)
})

test('with a port nobody gets past the password, not even with an enormous message', async () => {
  const dataDir = await openDirectory()
  const server = await start({ dataDir, port: 0 })
  const uri = new URL(server.uri)
  expect(uri.password).toMatch(/^[\w-]{43}$/)
  expect(statSync(join(dataDir, 'mongo.password')).mode & 0o777).toBe(0o600)
  const owner = await connect(server.uri)
  await owner.db().collection('c').insertOne({ a: 1 })

  const stranger = await connect(`mongodb://${uri.host}/latchkey`)
  expect(await stranger.db().command({ hello: 1 })).toMatchObject({ isWritablePrimary: true })
  for (const name of commands.keys())
    if (!['hello', 'isMaster', 'ismaster'].includes(name))
      await expect(stranger.db().command({ [name]: 'c' })).rejects.toMatchObject({ code: 13 })
  await expect(stranger.db().command({ hello: 1, comment: 'x'.repeat(17_000) })).rejects.toMatchObject({
    code: 17,
  })
  for (const credentials of ['owner:wrong', `somebody:${uri.password}`])
    await expect(
      connect(`mongodb://${credentials}@${uri.host}/latchkey?authSource=admin`),
    ).rejects.toMatchObject({ code: 18 })
  await expect(connect(server.uri.replace('SHA-256', 'SHA-1'))).rejects.toMatchObject({ code: 18 })

  expect(await owner.db().collection('c').countDocuments()).toBe(1)
  await owner
    .db()
    .collection('c')
    .insertOne({ text: 'x'.repeat(100_000) })
})

test('whoever has the password goes on after a restart', async () => {
  const dataDir = await openDirectory()
  const first = await startServer({ dataDir, port: 0 })
  const { port } = new URL(first.uri)
  await first.close()
  const second = await start({ dataDir, port: Number(port) })
  expect(second.uri).toBe(first.uri)
  await connect(first.uri)
})

test('a half-written password is made anew', async () => {
  const dataDir = await openDirectory()
  writeFileSync(join(dataDir, 'mongo.password'), 'abc')
  const server = await start({ dataDir, port: 0 })
  expect(new URL(server.uri).password).toHaveLength(43)
  await connect(server.uri)
})

test('where the path is too long for a socket there is a password', async () => {
  const dataDir = join(await openDirectory(), 'a-folder-with-a-very-long-name'.repeat(4))
  const server = await start({ dataDir })
  expect(addressOf(server.uri)).toMatchObject({ host: '127.0.0.1' })
  expect(existsSync(join(dataDir, 'mongo.sock'))).toBe(false)
  const client = await connect(server.uri)
  expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 })
})

test.each([
  ['Ünï C@fé:1?', true],
  ['100%41', false],
])('a folder called %s works like any other', async (name, hasSocket) => {
  const dataDir = join(await openDirectory(), name)
  const server = await start({ dataDir })
  const client = await connect(server.uri)
  expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 })
  expect('path' in addressOf(server.uri)).toBe(hasSocket)
})
