import type { mongo } from 'mongoose'
import { maintenanceCollection, readMigration, readRestoreMark } from './maintenance.model.ts'

/** The database must not be served as it is, and waiting would not help. The message says what to do. */
export class UnservableError extends Error {
  override readonly name = 'UnservableError'
}

/** What the database says of itself as a whole. */
export interface Maintenance {
  restore: ReturnType<typeof readRestoreMark> | null
  migrations: NonNullable<ReturnType<typeof readMigration>>[]
}

/** One read of a handful of documents. */
export async function readMaintenance(db: mongo.Db): Promise<Maintenance> {
  const stored = await db.collection(maintenanceCollection).find({}, { readPreference: 'primary' }).toArray()
  const mark = stored.find(({ _id }) => (_id as unknown) === 'restore')
  return {
    restore: mark ? readRestoreMark(mark) : null,
    migrations: stored.flatMap((each) => readMigration(each) ?? []),
  }
}

/** A sentence: what a restore has left. Null: none was begun, or it has ended. */
export function whyHalfRestored({ restore }: Pick<Maintenance, 'restore'>): string | null {
  if (restore?.phase === 'loading')
    return 'A restore of this database was begun and has not ended. Repeat it, or take back what it began: latchkey restore --abandon (docs/backup.md).'
  if (restore)
    return 'A restore of this database was interrupted while it replaced what was there, so that it is half one and half the other. Repeat it: latchkey restore (docs/backup.md).'
  return null
}

/** The name of a migration after which processes of this version must not write. Undefined: there is none. */
export const unknownBreaking = (
  migrations: readonly { name: string; breaking: boolean }[],
  known: readonly string[],
): string | undefined => migrations.find(({ name, breaking }) => breaking && !known.includes(name))?.name

/** A sentence: why the database must not be served. Null: it may. */
export function whyUnservable(found: Maintenance, known: readonly string[]): string | null {
  const unknown = unknownBreaking(found.migrations, known)
  return (
    whyHalfRestored(found) ??
    (unknown === undefined
      ? null
      : `This database was migrated by a newer version (${unknown}), which this one must not write to. Start that version, or restore a backup from before (docs/upgrades.md).`)
  )
}

/**
 * Throws UnservableError. Returns the names of migrations that this version does not know, and can live with.
 */
export async function assertServable(db: mongo.Db, known: readonly string[]): Promise<string[]> {
  const found = await readMaintenance(db)
  const why = whyUnservable(found, known)
  if (why) throw new UnservableError(why)
  return found.migrations.map(({ name }) => name).filter((name) => !known.includes(name))
}
