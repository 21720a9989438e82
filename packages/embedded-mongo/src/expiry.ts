import { setImmediate } from 'node:timers/promises'
import type { Engine } from './engine.ts'
import type { Collection, Index } from './storage/collection.ts'
import type { RecordId } from './storage/records.ts'
import { decodeDocument } from './values/bson.ts'
import { encodeKey, rankPrefix } from './values/key.ts'
import { RANKS } from './values/types.ts'

/** Documents removed in one transaction. A large backlog must not block other writers. */
const BATCH = 200

/** Removes expired documents at intervals, as MongoDB's TTL monitor does, and forgets snapshots that nobody reads. */
export function startExpiry(engine: Engine, everySeconds: number): { stop(): Promise<void> } {
  let sweeping = Promise.resolve()
  let stopped = false
  const timer = setInterval(() => {
    engine.snapshots.forgetIdle()
    sweeping = sweeping
      .then(() => sweep(engine, () => stopped))
      .catch((error) => {
        console.error('embedded-mongo: expired documents could not be removed; trying again later.', error)
      })
  }, everySeconds * 1000)
  timer.unref()
  return {
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await sweeping
    },
  }
}

async function sweep(engine: Engine, isStopped: () => boolean): Promise<void> {
  for (const collection of engine.catalog.list())
    for (const index of collection.indexes) {
      if (index.spec.expireAfterSeconds === undefined) continue
      while (
        !isStopped() &&
        (await engine.write(() => removeExpired(collection, index, Date.now()))) === BATCH
      )
        await setImmediate()
    }
}

/** The index is sorted by date, so expired documents come first. Returns how many were removed. */
function removeExpired(collection: Collection, index: Index, now: number): number {
  const field = index.spec.fields[0]
  const seconds = index.spec.expireAfterSeconds
  if (!field || seconds === undefined || !collection.indexes.includes(index)) return 0
  const limit = new Date(now - seconds * 1000)
  const bound = encodeKey(limit, field.descending)
  const kind = rankPrefix(RANKS.date, field.descending)
  const [low, high] = field.descending
    ? [bound, Buffer.concat([kind, Buffer.alloc(16, 0xff)])]
    : [kind, Buffer.concat([bound, Buffer.from([0xff])])]
  const expired: RecordId[] = []
  for (const record of collection.entries(index, low, high)) {
    expired.push(record)
    if (expired.length === BATCH) break
  }
  for (const record of new Set(expired)) {
    const raw = collection.read(record)
    if (raw) collection.remove(record, decodeDocument(raw))
  }
  return expired.length
}
