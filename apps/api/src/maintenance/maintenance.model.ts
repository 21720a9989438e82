import { dateIn, type Stored, textIn } from '@latchkey/contracts/server'
import type { mongo } from 'mongoose'

/**
 * What is known of the database as a whole; not a model, for commands read it where no index may be built.
 */
export const maintenanceCollection = 'maintenance'

/**
 * A restore that has begun. `loading`: what was there is whole, and the backup is being read into collections
 * beside it. `switching`: they take its place one by one.
 */
export interface RestoreMark {
  _id: 'restore'
  phase: 'loading' | 'switching'
  startedAt: Date
  /** When the backup was taken. */
  takenAt: Date
  /** Which run it is, and until when it is taken to be alive. Missing or null: it is dead. */
  holder?: string
  heldUntil?: Date | null
}

/** A migration as the database remembers it; its name without `migrationPrefix` is the one in the list. */
export interface MigrationRecord {
  _id: string
  /** When it was done. Null: it is under way. */
  doneAt: Date | null
  /** Whether processes that do not know it must not run any more. */
  breaking: boolean
  /** Where it goes on. Missing or null: at the beginning. */
  position?: mongo.ObjectId | null
  /** How many documents it has changed. */
  changed: number
  /** Who runs it, and until when nobody else does. Missing or null: nobody. */
  lease?: Lease | null
  /** Raised with each lease: whoever holds an older one has lost it. */
  term: number
}

export interface Lease {
  holder: string
  until: Date
}

export const migrationPrefix = 'migration/'

export const readRestoreMark = (stored: Stored<RestoreMark>) => ({
  phase: stored.phase === 'loading' ? ('loading' as const) : ('switching' as const),
  startedAt: dateIn(stored.startedAt),
  takenAt: dateIn(stored.takenAt),
})

/** Null: it is no record of a migration. */
export function readMigration(stored: Stored<MigrationRecord>) {
  const id = textIn(stored._id)
  if (!id?.startsWith(migrationPrefix)) return null
  return {
    name: id.slice(migrationPrefix.length),
    doneAt: dateIn(stored.doneAt),
    breaking: stored.breaking === true,
    changed: Number.isSafeInteger(stored.changed) ? (stored.changed as number) : 0,
  }
}
