import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import mongoose from 'mongoose'
import { here, type Lab, secrets, withDatabase } from '../lab.ts'
import { bcryptCost, populate, type SignedIn } from '../people.ts'
import { median } from '../rounds.ts'
import { count, type Row, row } from '../row.ts'

const events = 1000
/** Fewer than one account may ask for in an hour. */
const exportsEach = 3
const million = 1_000_000
const sample = 40_000

interface Scale {
  rounds: number
  manyUsers: number
}

/** Many accounts in, and all about one out. */
export async function bulk(lab: Lab, { rounds, manyUsers }: Scale): Promise<Row[]> {
  const accounts = manyUsers === million ? million : sample
  const { perSecond, seconds, megabytes } = await importing(lab, accounts)
  const milliseconds = await exporting(lab, rounds)
  return [
    row(
      {
        id: 'import',
        what: `accounts imported per second, of ${count(accounts)}`,
        unit: '/s',
        limit: 10_000,
        must: 'reach',
        from: `CSV with bcrypt hashes, in ${seconds.toFixed(1)} s without what the command takes for one`,
      },
      [perSecond],
    ),
    row(
      {
        id: 'import-memory',
        what: `memory of an import of ${count(accounts)}, at its highest`,
        unit: 'MB',
        limit: 150,
        must: 'stay below',
      },
      [megabytes],
    ),
    row(
      {
        id: 'export',
        what: `download of an account with ${count(events)} events`,
        unit: 'ms',
        limit: 100,
        must: 'stay below',
        from: `median of ${exportsEach}`,
      },
      milliseconds,
    ),
  ]
}

async function importing(lab: Lab, accounts: number) {
  const [one, all] = [join(lab.folder, 'one.csv'), join(lab.folder, 'all.csv')]
  await pipeline(Readable.from(csv(1)), createWriteStream(one))
  await pipeline(Readable.from(csv(accounts)), createWriteStream(all))
  const least = await runImport(one, await lab.database('import_one'))
  const most = await runImport(all, await lab.database('import'))
  const seconds = most.seconds - least.seconds
  return { perSecond: accounts / seconds, seconds, megabytes: most.megabytes }
}

/** People as a file of another system has them: in no order of their names. */
function* csv(accounts: number): Generator<string> {
  yield 'email,username,email_verified_at,created_at,encrypted_password\n'
  const hash = `$2a$${bcryptCost}$${'./ABCDEFGHIJKLMNOPQRSTUVWXYZ'.repeat(2).slice(0, 53)}`
  for (let i = 0; i < accounts; i++) {
    const name = `${((i * 2_654_435_761) % 2 ** 32).toString(36)}-lovelace`
    yield `ada.${name}@example.com,${name},2024-05-04 12:30:00,2019-05-04 12:30:00,${hash}\n`
  }
}

/** What it held at its highest, in kB on every system. */
const tellMemory = `data:text/javascript,${encodeURIComponent(
  "process.once('exit', () => process.stderr.write('memory ' + process.resourceUsage().maxRSS))",
)}`

/** The command as it ships. */
async function runImport(file: string, MONGO_URI: string): Promise<{ seconds: number; megabytes: number }> {
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    ['--import', tellMemory, here('../dist/latchkey.js'), 'import', file],
    {
      env: { ...secrets, PATH: process.env.PATH, NODE_ENV: 'production', MONGO_URI },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  const kilobytes = /memory (\d+)$/.exec(said)?.[1]
  if (code !== 0 || !kilobytes) throw new Error(`The import failed: ${said}`)
  return { seconds: (performance.now() - startedAt) / 1000, megabytes: Number(kilobytes) / 1024 }
}

/** Each round asks for other accounts, for one may be asked for a few times an hour. */
async function exporting(lab: Lab, rounds: number): Promise<number[]> {
  const uri = await lab.database('export')
  const product = await lab.product({ MONGO_URI: uri })
  const people = await withDatabase(uri, async (database) => {
    const made = await populate(database, { users: rounds + 1 })
    await database.collection<{ _id: string }>('securityEvents').insertMany(made.flatMap(eventsOf))
    return made
  })
  const medians: number[] = []
  for (const person of people) {
    const milliseconds: number[] = []
    for (let time = 0; time < exportsEach; time++) milliseconds.push(await download(product.url, person))
    medians.push(median(milliseconds))
  }
  await product.stop()
  // The first is while the code is compiled.
  return medians.slice(1)
}

function eventsOf({ userId }: SignedIn) {
  const now = Date.now()
  return Array.from({ length: events }, (_, i) => ({
    _id: new mongoose.mongo.ObjectId().toHexString(),
    kind: 'signed_in' as const,
    userId: new mongoose.mongo.ObjectId(userId),
    sessionId: null,
    at: new Date(now - i * 1000),
    ip: '192.0.2.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    expiresAt: new Date(now + 86_400_000),
  }))
}

async function download(url: string, { accessToken }: SignedIn): Promise<number> {
  const startedAt = performance.now()
  const answer = await fetch(`${url}/api/me/export`, { headers: { Authorization: `Bearer ${accessToken}` } })
  const { activity } = (await answer.json()) as { activity?: unknown[] }
  if (activity?.length !== events)
    throw new Error(`The download failed: ${answer.status}, ${activity?.length} events`)
  return performance.now() - startedAt
}
