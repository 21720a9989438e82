import type { Variables } from '../aggregate/scope.ts'
import type { Hit } from '../query/filter.ts'
import type { Collation } from '../values/collation.ts'
import type { Document, Maybe } from '../values/types.ts'
import type { REMOVE } from './write-path.ts'

export interface UpdateContext {
  hit: Hit
  /** An upsert is inserting: `$setOnInsert` applies, and any field name may be stored. */
  inserting: boolean
  now: Date
}

/** Turns a document into its successor; the document passed in may be changed. */
export type Update = (document: Document, context: UpdateContext) => Document

export interface UpdateOptions {
  arrayFilters?: Maybe
  collation?: Collation | undefined
  variables?: Variables | undefined
}

/** What one operator does to one path. */
export interface Modifier {
  /** Missing documents on the path are created. */
  creates: boolean
  /** Applies only when an upsert inserts. */
  insertOnly?: boolean
  apply(current: Maybe, context: UpdateContext, path: string): Maybe | typeof REMOVE
}
