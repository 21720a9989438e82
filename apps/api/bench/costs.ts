import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import bcrypt from 'bcryptjs'
import mongoose from 'mongoose'
import { type Costs, costsFile, feedReads, revocationSeconds } from './cost-sheet.ts'
import { indexBytesOf } from './index-bytes.ts'
import { Lab, type Running, root, withDatabase } from './lab.ts'
import { load, protectedBy } from './load.ts'
import { bcryptCost, lock, password, populate, proofAt } from './people.ts'
import { processorMs } from './processor-time.ts'
import { machine, type Report } from './report.ts'
import { quantile } from './rounds.ts'
import { refreshes } from './scenarios/refresh.ts'

// What one user, session, refresh and process costs: docs/costs.json, from which scaling.ts reckons. About seven minutes.

const people = 200
const devicesEach = 2
/** After which a session remembers as many used-up generations as it ever does. */
const refreshesEach = 9
const loadSeconds = 6
const browsers = 3000
const hashes = 5
const liveRevocations = 100_000
/** In which everything that is live is read twice, and what is new again and again. */
const watchedMs = 120_000
const settleMs = 20_000

/** Three digits say all that such a measurement can. */
const rounded = (_: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(value >= 1000 ? 4 : 3)) : value

const lab = new Lab()
process.once('SIGINT', () => void lab.close().then(() => process.exit(130)))
try {
  await lab.database('costs')
  const costs: Costs = {
    machine: machine(),
    database: lab.databaseName,
    takenAt: new Date().toISOString().slice(0, 10),
    bytes: await sizes(),
    cpu: { ...(await work()), hash: hashMs(), ...(await feed()) },
    megabytes: {
      idle: committed('memory-idle'),
      revocation: committed('memory-per-10000-revocations') / 10_000,
    },
  }
  const text = `${JSON.stringify(costs, rounded, 2)}\n`
  writeFileSync(costsFile, text)
  console.log(text)
} finally {
  await lab.close()
}

/** What the product itself stores of people who register, sign in on other devices, and go on with their sessions. */
async function sizes(): Promise<Costs['bytes']> {
  const uri = await lab.database('costs_sizes')
  const product = await lab.product({
    MONGO_URI: uri,
    BCRYPT_COST: '4',
    LIMIT_REGISTER_PER_ADDRESS: `${people}/1h`,
    LIMIT_HASH_PER_ADDRESS: `${10 * people}/15m`,
  })
  for (let number = 0; number < people; number++) await settleIn(product, number)
  await product.stop()
  return await withDatabase(uri, async (database) => {
    const users = await database.collection('users').find().toArray()
    const events = await database.collection('securityEvents').find().toArray()
    const bare = mean(users.map(({ refreshTokens: _, ...rest }) => bytesOf({ ...rest, refreshTokens: [] })))
    return {
      user: bare,
      session: (mean(users.map(bytesOf)) - bare) / devicesEach,
      event: mean(events.map(bytesOf)),
      revocation: bytesOf({
        _id: new mongoose.mongo.ObjectId(),
        epoch: null,
        at: new Date(),
        expiresAt: new Date(),
      }),
      userIndexes: await indexesOf(database.collection('users')),
      eventIndexes: sum(Object.values(await indexesOf(database.collection('securityEvents')))),
    }
  })
}

/** One person with some devices, each used for a while. Names are 6 to 14 letters long. */
async function settleIn({ url }: Running, number: number): Promise<void> {
  const username = `${'abcdefgh'.slice(0, 2 + (number % 7))}${String(number).padStart(4, '0')}${'xy'.repeat(number % 2)}`
  const email = `${username}@example.com`
  for (let device = 0; device < devicesEach; device++) {
    const path = device === 0 ? '/api/register' : '/api/login'
    const body = device === 0 ? { username, email, password } : { email, password }
    let cookie = await posted(url + path, { 'x-refresh-lock': lock(0) }, body)
    for (let generation = 0; generation < refreshesEach; generation++) {
      const proof = Object.fromEntries(
        proofAt(generation).map((line) => line.split(': ') as [string, string]),
      )
      cookie = await posted(`${url}/api/refresh-token`, { ...proof, cookie })
    }
  }
}

/** The cookies of the answer, for the next request. */
async function posted(url: string, headers: Record<string, string>, body?: object): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ...headers,
    },
    body: JSON.stringify(body ?? {}),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
}

/** Under as much load as there can be, when the code is warm. */
async function work(): Promise<Pick<Costs['cpu'], 'protected' | 'refresh' | 'refreshInDatabase'>> {
  const uri = await lab.database('costs_work')
  const product = await lab.product({ MONGO_URI: uri })
  const signedIn = await withDatabase(uri, (database) => populate(database, { users: browsers }))
  const requests = protectedBy(signedIn.slice(0, 500).map(({ accessToken }) => accessToken))

  await load({ url: product.url, requests, seconds: loadSeconds })
  const beforeProtected = cpuMs(product.child.pid)
  const { total } = await load({ url: product.url, requests, seconds: loadSeconds })
  const afterProtected = cpuMs(product.child.pid)

  await refreshes(product.url, signedIn, loadSeconds, 32)
  const [beforeApi, beforeDatabase] = [cpuMs(product.child.pid), cpuMs(lab.databaseProcess?.pid)]
  const startedAt = performance.now()
  const { perSecond } = await refreshes(product.url, signedIn, loadSeconds, 32)
  const refreshed = (perSecond * (performance.now() - startedAt)) / 1000
  const [afterApi, afterDatabase] = [cpuMs(product.child.pid), cpuMs(lab.databaseProcess?.pid)]
  await product.stop()
  return {
    protected: (afterProtected - beforeProtected) / total,
    refresh: (afterApi - beforeApi) / refreshed,
    refreshInDatabase: (afterDatabase - beforeDatabase) / refreshed,
  }
}

/** What it costs to read all live revocations once a minute: beside a process that has none to read. */
async function feed(): Promise<Pick<Costs['cpu'], 'revocationRead' | 'revocationReadInDatabase'>> {
  const [none, many] = [await lab.database('costs_no_feed'), await lab.database('costs_feed')]
  const spent = async (uri: string) => {
    const product = await lab.product({ MONGO_URI: uri })
    await delay(settleMs)
    const before = [cpuMs(product.child.pid), cpuMs(lab.databaseProcess?.pid)] as const
    await delay(watchedMs)
    const after = [cpuMs(product.child.pid), cpuMs(lab.databaseProcess?.pid)] as const
    await product.stop()
    return { api: after[0] - before[0], database: after[1] - before[1] }
  }
  const without = await spent(none)
  await withDatabase(many, async (database) => {
    const batch = 10_000
    const keptMs = revocationSeconds * 1000
    const since = Date.now() - keptMs
    for (let made = 0; made < liveRevocations; made += batch)
      await database.collection('revocations').insertMany(
        Array.from({ length: batch }, (_, i) => {
          // As if they had come one by one for as long as they are kept.
          const at = new Date(since + (keptMs * (made + i)) / liveRevocations)
          const expiresAt = new Date(at.getTime() + 2 * keptMs)
          return { _id: new mongoose.mongo.ObjectId(), epoch: null, at, expiresAt }
        }),
      )
  })
  const withMany = await spent(many)
  const read = (watchedMs / 1000) * liveRevocations * feedReads
  return {
    revocationRead: Math.max(0, withMany.api - without.api) / read,
    revocationReadInDatabase: Math.max(0, withMany.database - without.database) / read,
  }
}

function hashMs(): number {
  const times = Array.from({ length: hashes }, () => {
    const before = process.cpuUsage()
    bcrypt.hashSync(password, bcryptCost)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return quantile(times, 0.5)
}

/** `pid` undefined: the database is not the embedded one. */
function cpuMs(pid: number | undefined): number {
  if (pid === undefined) throw new Error('bench:costs looks at the embedded database: leave MONGO_URI out.')
  return processorMs(pid)
}

/** What `pnpm bench` measured last. */
function committed(id: string): number {
  const { rows } = JSON.parse(readFileSync(join(root, 'docs/bench.json'), 'utf8')) as Report
  const row = rows.find((each) => each.id === id)
  if (!row || 'skipped' in row) throw new Error(`docs/bench.json has no ${id}: run pnpm bench first`)
  return row.measured
}

/** What one document adds to each index of its collection. A partial index has only some of them. */
async function indexesOf(collection: mongoose.mongo.Collection): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {}
  const count = await collection.countDocuments()
  for (const { name = '', key, partialFilterExpression } of await collection.indexes()) {
    const held = await collection.find(partialFilterExpression ?? {}).toArray()
    bytes[name] = sum(held.map((document) => indexBytesOf(document, Object.keys(key)))) / count
  }
  return bytes
}

function bytesOf(stored: object): number {
  return mongoose.mongo.BSON.calculateObjectSize(stored)
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: number[]): number {
  return sum(values) / values.length
}
