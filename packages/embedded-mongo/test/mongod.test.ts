import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startMongod } from '../testing/mongod.ts'
import { temporaryDirectory } from './support/embedded.ts'

let folder = ''

beforeEach(async () => {
  folder = await temporaryDirectory()
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', undefined)
  // mongodb-memory-server prints what it throws.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

/** A program that behaves as mongod does. */
async function program(name: string): Promise<string> {
  const path = join(folder, name)
  const standIn = new URL('./support/mongod-stand-in.js', import.meta.url)
  await writeFile(path, `#!${process.execPath}\nimport(${JSON.stringify(standIn.href)})\n`, { mode: 0o755 })
  return path
}

async function answers(uri: string): Promise<unknown> {
  const client = await new mongoose.mongo.MongoClient(uri).connect()
  const reply = await client.db().command({ ping: 1 })
  await client.close()
  return reply
}

test('a run on mongod takes the one that MONGOMS_SYSTEM_BINARY names', async () => {
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', await program('mongod-7'))
  const server = await startMongod()
  expect(await answers(server.uri)).toMatchObject({ ok: 1 })
  await server.stop()
  await expect(answers(`${server.uri}?serverSelectionTimeoutMS=200`)).rejects.toThrow()
})

test('otherwise it takes the one on the PATH', async () => {
  await program('mongod')
  vi.stubEnv('PATH', folder)
  const server = await startMongod()
  expect(await answers(server.uri)).toMatchObject({ ok: 1 })
  await server.stop()
})

test('where none can be had, it says what to do', async () => {
  vi.stubEnv('PATH', folder)
  vi.stubEnv('MONGOMS_VERSION', '7.0.99')
  vi.stubEnv('MONGOMS_DOWNLOAD_DIR', folder)
  vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'https://127.0.0.1:9')
  vi.stubEnv('MONGOMS_MAX_RETRIES', '0')
  await expect(startMongod()).rejects.toThrow(
    /^MONGO_ENGINE=mongod needs a mongod\. None is on the PATH, and none could be downloaded \(.+\)\. Install MongoDB, or name a mongod in MONGOMS_SYSTEM_BINARY\.$/,
  )
})

test('a MONGOMS_SYSTEM_BINARY that is no program, or does not start, is named', async () => {
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', join(folder, 'nowhere'))
  await expect(startMongod()).rejects.toThrow(/names .*nowhere, which is no program/)
  const broken = join(folder, 'broken')
  await writeFile(broken, '#!/bin/sh\nexit 7\n', { mode: 0o755 })
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', broken)
  await expect(startMongod()).rejects.toThrow(/broken did not start \(.+\)\.$/)
})
