import { randomBytes } from 'node:crypto'
import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { mongo } from 'mongoose'
import { readMaintenance } from '../maintenance/assert-servable.ts'
import { maintenanceCollection, type RestoreMark } from '../maintenance/maintenance.model.ts'
import { dropBeside, runPrefix } from './beside.ts'

/** A run that says nothing for so long is taken for dead. */
const leaseSeconds = 60
const renewEveryMs = 5000

const majority = { writeConcern: { w: 'majority' } } as const

const busy = `Another restore is at work in this database. Let it end. One that was killed counts as dead after ${leaseSeconds} seconds.`
const taken = 'Another restore has taken this one for dead and gone on in its place. Look after that one.'

export type RestoreHold = Awaited<ReturnType<typeof takeMark>>

/**
 * Takes the mark that says that a restore is under way, unless a run holds it that is alive. It is held until `end` or
 * `giveBack`, by one run at a time; what dead runs left beside is dropped.
 * @throws Error with a sentence when another run holds it
 */
export async function takeMark(db: mongo.Db, clock: Clock, takenAt: Date) {
  const id = randomBytes(6).toString('hex')
  const own = { _id: 'restore', holder: id } as const
  const until = () => addSeconds(clock.now(), leaseSeconds)
  const before = await take(db, clock, {
    $set: { holder: id, heldUntil: until(), startedAt: clock.now(), takenAt },
    $setOnInsert: { phase: 'loading' },
  })
  const wasMixed = before !== null && before.phase !== 'loading'
  let isSwitching = false
  const lost = new AbortController()
  // One that comes late must not make it look lost.
  let isOver = false

  /** Throws Error when another run has it. */
  async function renew($set: Partial<RestoreMark> = {}): Promise<void> {
    const { matchedCount } = await marks(db).updateOne(
      own,
      { $set: { ...$set, heldUntil: until() } },
      majority,
    )
    if (matchedCount === 1 || isOver) return
    lost.abort()
    throw new Error(taken)
  }

  const timer = setInterval(() => void renew().catch(() => {}), renewEveryMs)
  timer.unref()

  function stop(): void {
    isOver = true
    clearInterval(timer)
  }

  const hold = {
    prefix: runPrefix(id),
    /** Whether this run, or one before it, has begun to replace what was there. */
    get isMixed() {
      return wasMixed || isSwitching
    },
    /** Aborted once another run has the mark. */
    lost: lost.signal,
    renew,

    /** From now on what was there is being replaced. Throws Error when another run has the mark. */
    async beginSwitching(): Promise<void> {
      const phase: mongo.Filter<RestoreMark> = wasMixed ? { phase: { $ne: 'loading' } } : { phase: 'loading' }
      const switching = { phase: 'switching', heldUntil: until() } as const
      const { matchedCount } = await marks(db).updateOne({ ...own, ...phase }, { $set: switching }, majority)
      if (matchedCount !== 1) throw new Error(taken)
      isSwitching = true
    },

    /** The restore is done. */
    async end(): Promise<void> {
      stop()
      await marks(db).deleteOne(own, majority)
    },

    /** It has failed. What it began is taken back where it has replaced nothing; else the next run goes on. */
    async giveBack(): Promise<void> {
      stop()
      // Of this run alone: another may be at work. What has not taken its place yet is kept.
      if (!isSwitching) await dropBeside(db, hold.prefix)
      const { deletedCount } = await marks(db).deleteOne({ ...own, phase: 'loading' }, majority)
      if (deletedCount === 0) await marks(db).updateOne(own, { $set: { heldUntil: null } }, majority)
    },
  }
  try {
    await dropBeside(db)
    return hold
  } catch (error) {
    await hold.giveBack().catch(() => {})
    throw error
  }
}

/**
 * Takes back what a dead restore began that has not replaced anything yet. False: it had, or there is none.
 * @throws Error with a sentence when it is alive
 */
export async function abandonRestore(db: mongo.Db, clock: Clock): Promise<boolean> {
  const { restore } = await readMaintenance(db)
  if (restore?.phase !== 'loading') return false
  const hold = await takeMark(db, clock, restore.takenAt ?? clock.now())
  await hold.giveBack()
  return !hold.isMixed
}

/** The mark as it was; null where there was none. */
async function take(
  db: mongo.Db,
  clock: Clock,
  update: mongo.UpdateFilter<RestoreMark>,
): Promise<RestoreMark | null> {
  try {
    return await marks(db).findOneAndUpdate(
      { _id: 'restore', $or: [{ heldUntil: null }, { heldUntil: { $lte: clock.now() } }] },
      update,
      { upsert: true, returnDocument: 'before', ...majority },
    )
  } catch (error) {
    // It is there, and held.
    if (error instanceof mongo.MongoServerError && error.code === 11000)
      throw new Error(busy, { cause: error })
    throw error
  }
}

const marks = (db: mongo.Db) => db.collection<RestoreMark>(maintenanceCollection)
