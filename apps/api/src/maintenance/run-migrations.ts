import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { addSeconds, type Clock } from '@latchkey/contracts/server'
import { mongo } from 'mongoose'
import type { Logger } from 'pino'
import { readMaintenance } from './assert-servable.ts'
import { type MigrationRecord, maintenanceCollection, migrationPrefix } from './maintenance.model.ts'
import type { Migration } from './migrations.ts'

/** Longer than any batch. A process that says nothing for so long is taken for dead. */
const leaseSeconds = 60
/** Between two batches in the background, so that requests come first. */
const pauseMs = 20

interface Collaborators {
  db: () => mongo.Db
  list: readonly Migration[]
  clock: Clock
  log: Pick<Logger, 'info' | 'warn'>
}

export interface MigrationStatus {
  name: string
  /** `unknown`: a newer version knows it. */
  state: 'open' | 'begun' | 'done' | 'unknown'
  breaking: boolean
  /** How many documents it has changed. */
  changed: number
  doneAt: Date | null
}

interface Run {
  stopping: AbortSignal
  /** Called for each batch. */
  onBatch?: (name: string, changed: number) => void
  /** Between two batches. */
  pauseMs?: number
}

/** How a run ended; `taken` is what is left to another process, which has it now. */
export type RunOutcome = { ran: { name: string; changed: number }[]; taken: string | null }

export type Migrations = ReturnType<typeof createMigrations>

/**
 * Runs what the list has and the database has not. One process at a time does, for as long as it renews its
 * lease; another goes on where it stopped. Whoever has lost the lease learns it with the end of the batch,
 * which moves nothing on then.
 */
export function createMigrations({ db, list, clock, log }: Collaborators) {
  const holder = randomUUID()
  /** Once everything is done nobody is asked any more. */
  let areAllDone = list.length === 0

  const records = () => db().collection<MigrationRecord>(maintenanceCollection)

  async function status(): Promise<MigrationStatus[]> {
    const { migrations: stored } = await readMaintenance(db())
    const known = list.map(({ name, breaking = false }): MigrationStatus => {
      const found = stored.find((each) => each.name === name)
      const state = found?.doneAt ? 'done' : found ? 'begun' : 'open'
      return { name, state, breaking, changed: found?.changed ?? 0, doneAt: found?.doneAt ?? null }
    })
    const newer = stored.filter(({ name }) => !list.some((each) => each.name === name))
    return [...known, ...newer.map((each): MigrationStatus => ({ ...each, state: 'unknown' }))]
  }

  /** Those that are not done, in order. */
  async function open(): Promise<Migration[]> {
    if (areAllDone) return []
    const found = await status()
    const left = list.filter(({ name }) => found.find((each) => each.name === name)?.state !== 'done')
    areAllDone = left.length === 0
    return left
  }

  /**
   * Runs these, in order, as far as nobody else does. Rejects with what a batch throws; another run goes on
   * there.
   */
  async function run(wanted: readonly Migration[], how: Run): Promise<RunOutcome> {
    const ran: RunOutcome['ran'] = []
    for (const migration of wanted) {
      if (how.stopping.aborted) break
      const outcome = await runOne(migration, how)
      if (outcome === 'taken') return { ran, taken: migration.name }
      if (outcome === 'stopped') break
      ran.push({ name: migration.name, changed: outcome.changed })
    }
    return { ran, taken: null }
  }

  async function runOne(migration: Migration, { stopping, onBatch, pauseMs = 0 }: Run) {
    const { name } = migration
    const held = await take(migration)
    if (!held) return (await isDone(name)) ? { changed: 0 } : 'taken'
    const { term } = held
    let { changed } = held
    let position = held.position ?? null
    try {
      while (!stopping.aborted) {
        const batch = await migration.batch(db(), position)
        if (!batch) {
          if (!(await note(name, term, { doneAt: clock.now(), lease: null }))) return 'taken'
          log.info({ migration: name, changed }, 'migrated')
          return { changed }
        }
        position = batch.last
        changed += batch.changed
        if (!(await note(name, term, { position, changed, lease: lease() }))) return 'taken'
        onBatch?.(name, changed)
        if (pauseMs > 0) await delay(pauseMs, undefined, { signal: stopping }).catch(() => {}) // told to stop
      }
    } catch (error) {
      log.warn({ err: error, migration: name }, 'a migration failed; it is tried again')
      // Else nobody goes on until it lapses.
      await note(name, term, { lease: null }).catch(() => {})
      throw error
    }
    await note(name, term, { lease: null })
    return 'stopped'
  }

  /** Takes the lease if nobody holds it. Null: somebody does, or it is done. */
  async function take({ name, breaking = false }: Migration): Promise<MigrationRecord | null> {
    const now = clock.now()
    try {
      return await records().findOneAndUpdate(
        {
          _id: migrationPrefix + name,
          doneAt: null,
          $or: [{ lease: null }, { 'lease.until': { $lte: now } }],
        },
        {
          $set: { lease: lease(), breaking },
          $inc: { term: 1 },
          $setOnInsert: { changed: 0, position: null, doneAt: null },
        },
        { upsert: true, returnDocument: 'after' },
      )
    } catch (error) {
      // It is there, and not free.
      if (error instanceof mongo.MongoServerError && error.code === 11000) return null
      throw error
    }
  }

  const lease = () => ({ holder, until: addSeconds(clock.now(), leaseSeconds) })

  /** False: somebody else has taken the lease since. */
  async function note(name: string, term: number, $set: Partial<MigrationRecord>): Promise<boolean> {
    const { matchedCount } = await records().updateOne(
      { _id: migrationPrefix + name, term, doneAt: null },
      { $set },
    )
    return matchedCount === 1
  }

  async function isDone(name: string): Promise<boolean> {
    return (await status()).find((each) => each.name === name)?.state === 'done'
  }

  return {
    names: list.map(({ name }) => name),
    status,
    open,
    run,

    /** What may be done beside processes of the version before, a batch now and then. */
    async sweep(stopping: AbortSignal): Promise<void> {
      const wanted = await open()
      const breaking = wanted.findIndex((each) => each.breaking)
      await run(breaking < 0 ? wanted : wanted.slice(0, breaking), { stopping, pauseMs })
    },
  }
}
