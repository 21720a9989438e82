import { setTimeout as delay } from 'node:timers/promises'
import mongoose from 'mongoose'
import { here, type Lab, type Running, residentMegabytes, withDatabase } from '../lab.ts'
import { type Row, row } from '../row.ts'

/** V8 sweeps up what the start left behind, and gives it back, mostly 10 to 30 seconds after it. */
const settleMs = 40_000
/** Steady is what does not grow again, either: the highest of what is seen from then on. */
const watchMs = 14_000
const lookMs = 1000
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
    let highest = 0
    for (let watched = 0; watched < watchMs; watched += lookMs) {
      highest = Math.max(highest, residentMegabytes(product))
      await delay(lookMs)
    }
    await product.stop()
    return highest
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
  const added = async () => {
    const [empty, full] = await databases
    const [without, withRevocations] = await Promise.all([
      held(lab.product({ MONGO_URI: empty }, collectGarbage)),
      held(lab.product({ MONGO_URI: full }, collectGarbage)),
    ])
    return ((withRevocations - without) * 10_000) / liveRevocations
  }
  // All at once: they do nothing, and memory is no matter of who else is there.
  const databases = withAndWithout(lab)
  const each = Array.from({ length: rounds })
  const [idle, perRevocations] = await Promise.all([
    // With the embedded database inside, as in development; and beside a database of its own.
    Promise.all(each.map(() => settled(lab.product({})))),
    Promise.all(each.map(added)),
  ])
  return [
    row(
      {
        id: 'memory-idle',
        what: 'memory of the API, idle, with the embedded database inside',
        unit: 'MB',
        limit: 100,
        must: 'stay below',
        from: `the highest resident set from ${settleMs / 1000} to ${(settleMs + watchMs) / 1000} s after the start`,
      },
      idle,
    ),
    row(
      {
        id: 'memory-per-10000-revocations',
        what: 'memory per 10,000 live revocations',
        unit: 'MB',
        limit: 3,
        must: 'stay below',
        from: `${liveRevocations.toLocaleString('en')} live, resident set after garbage collection`,
      },
      perRevocations,
    ),
  ]
}

/** A database without revocations, and one with many. */
async function withAndWithout(lab: Lab): Promise<[string, string]> {
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
  return [empty, full]
}
