import type { mongo } from 'mongoose'

/** A change of what is stored, made once in a database, beside processes that serve it (docs/upgrades.md). */
export interface Migration {
  /**
   * Never changed and never used again: what the database remembers it by. It begins with a date, `2026-12-01
   * …`.
   */
  name: string
  /**
   * Whether processes that do not know it must not run any more. They refuse to start, and nothing runs it by
   * itself.
   */
  breaking?: boolean
  /**
   * Does the next documents after `position` in the order of their ids, or from the beginning; null when
   * there are none. It may be called again for documents that are done, and must change nothing then.
   */
  batch(db: mongo.Db, position: mongo.ObjectId | null): Promise<Batch | null>
}

interface Batch {
  /** The id of the last document that was looked at. */
  last: mongo.ObjectId
  /** How many were changed. */
  changed: number
}

/** In the order in which they are made; a new one goes to the end. */
export const migrations: readonly Migration[] = []
