import { setTimeout as delay } from 'node:timers/promises'
import mongoose from 'mongoose'
import { here, type Lab, type Running, residentMegabytes, withDatabase } from '../lab.ts'
import { type Row, row } from '../row.ts'

/** V8 sweeps up what the start left behind, and gives it back, mostly 10 to 30 seconds after it. */
const settleMs = 45_000
const loadMs = 12_000
/** Memory goes back to the system in the background, and not all of it at the first collection. */
const collections = 8
const collectMs = 1000
const collectGarbage = ['--import', here('./collect-garbage.js')]
const liveRevocations = 100_000
const batch = 10_000
const keptMs = 2 * 3_600_000

/** What the process holds when nothing happens, and what many revocations add to it. */
export async function memory(lab: Lab, { rounds }: { rounds: number }): Promise<Row[]> {
  const settled = async (start: Promise<Running>) => {
    const product = await start
    await delay(settleMs)
    const megabytes = residentMegabytes(product)
    await product.stop()
    return megabytes
  }
  const held = async (start: Promise<Running>) => {
    const product = await start
    await delay(loadMs)
    for (let collected = 0; collected < collections; collected++) {
      product.child.kill('SIGUSR2')
      await delay(collectMs)
    }
    const megabytes = residentMegabytes(product)
    await product.stop()
    return megabytes
  }
  const [empty, full] = [await lab.database('no_revocations'), await lab.database('many_revocations')]
  await (await lab.product({ MONGO_URI: full })).stop() // makes the indexes
  await withDatabase(full, async (database) => {
    // As if they had come one by one for as long as they are kept, up to now.
    const since = Date.now() - keptMs
    for (let made = 0; made < liveRevocations; made += batch) {
      const records = Array.from({ length: batch }, (_, i) => {
        const at = new Date(since + (keptMs * (made + i)) / liveRevocations)
        const expiresAt = new Date(at.getTime() + keptMs)
        return { _id: new mongoose.mongo.ObjectId(), epoch: null, at, expiresAt }
      })
      await database.collection('revocations').insertMany(records, { ordered: false })
    }
  })
  // All at once: they do nothing, and memory is no matter of who else is there.
  const measured = await Promise.all(
    // As `pnpm start` runs it, with the embedded database inside; and beside a database of its own.
    Array.from({ length: rounds }, async () => {
      const [idle, without, withRevocations] = await Promise.all([
        settled(lab.product({})),
        held(lab.product({ MONGO_URI: empty }, collectGarbage)),
        held(lab.product({ MONGO_URI: full }, collectGarbage)),
      ])
      return { idle, added: ((withRevocations - without) * 10_000) / liveRevocations }
    }),
  )
  return [
    row(
      {
        id: 'memory-idle',
        what: 'memory of the API, idle, with the embedded database inside',
        unit: 'MB',
        limit: 120,
        must: 'stay below',
        from: 'resident set',
      },
      measured.map(({ idle }) => idle),
    ),
    row(
      {
        id: 'memory-per-10000-revocations',
        what: 'memory per 10,000 live revocations',
        unit: 'MB',
        limit: 5,
        must: 'stay below',
        from: `${liveRevocations.toLocaleString('en')} live, resident set after garbage collection`,
      },
      measured.map(({ added }) => added),
    ),
  ]
}
