import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lab.ts'
import type { Report } from './report.ts'

/** What costs.ts measured, and docs/costs.json holds. */
export interface Costs {
  machine: Report['machine']
  database: string
  takenAt: string
  /** In BSON, before any compression; indexes: their keys, and ten bytes each for where the document is. */
  bytes: {
    user: number
    session: number
    event: number
    revocation: number
    /** Of the indexes of a user, by name. */
    userIndexes: Record<string, number>
    eventIndexes: number
  }
  /** Milliseconds of one core. */
  cpu: {
    protected: number
    refresh: number
    refreshInDatabase: number
    hash: number
    /** To read one live revocation once more: in the process that reads, and in the database. */
    revocationRead: number
    revocationReadInDatabase: number
  }
  /** Resident. */
  megabytes: { idle: number; revocation: number }
}

/** How long a revocation lives. */
export const revocationSeconds = 2 * 3600
/** Of each live one by each process, in a second: all once a minute, and those of ten seconds twice a second. */
export const feedReads = 1 / 60 + (2 * 10) / revocationSeconds

export const costsFile = join(root, 'docs/costs.json')

export const readCosts = (): Costs => JSON.parse(readFileSync(costsFile, 'utf8'))
