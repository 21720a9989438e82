import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb'
import { GroupCommit } from './group-commit.ts'

/** Bytes by key, in the order of the keys. */
export type Table = Database<Buffer, Buffer>

export interface Entry {
  key: Buffer
  value: Buffer
}

/** What had been committed at one moment. LMDB keeps its pages until `done` is called, so the file may grow meanwhile. */
export type Moment = Transaction

/** Entries from `low` up to but not including `high`, backwards if `reverse`; as of now, or of a moment that is kept. */
export interface Range {
  low: Buffer
  high: Buffer
  reverse?: boolean
  moment?: Moment | undefined
}

const FIRST_CHUNK = 16
const CHUNK = 256

/** The LMDB environment of one data directory. Whoever opens it must hold the directory's lock. */
export class Store {
  readonly catalog: Table
  readonly documents: Table
  readonly indexes: Table
  private readonly root: RootDatabase<Buffer, Buffer>
  private readonly commits: GroupCommit

  /**
   * `onFailedCommit` is called before any other write: what is in memory may be ahead of the disk.
   * @throws Error with a `code` when the files cannot be made or opened
   */
  constructor(directory: string, onFailedCommit: () => void) {
    reserveFiles(directory)
    // Without `overlappingSync` LMDB writes the pages, calls fdatasync, and only then moves the meta page and calls
    // it again: the promise of a transaction therefore resolves when the transaction is on disk.
    this.root = open({
      path: directory,
      noSubdir: false,
      overlappingSync: false,
      // Writes are grouped by GroupCommit. lmdb's own grouping makes promises that nobody is given, and when a commit
      // fails their rejection would end the process.
      eventTurnBatching: false,
      maxDbs: 4,
      encoding: 'binary',
      keyEncoding: 'binary',
    })
    const table = (name: string): Table =>
      this.root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' })
    this.catalog = table('catalog')
    this.documents = table('documents')
    this.indexes = table('indexes')
    this.commits = new GroupCommit(this.root, directory, () => {
      this.refresh()
      onFailedCommit()
    })
  }

  /**
   * Runs `command` alone, seeing its own writes, and resolves with its result once they are on disk. Concurrent callers
   * share one commit. A throw does not undo what was written before it: check first, then write.
   * @throws ServerError `OutOfDiskSpace` or `FileStreamFailed`; then nothing of it is kept
   */
  write<T>(command: () => T): Promise<T> {
    return this.commits.write(command)
  }

  /** Makes the next reads see everything that has been committed. */
  refresh(): void {
    this.root.resetReadTxn()
  }

  /** This moment, to be read for as long as it is wanted, whatever is written. Whoever takes it calls `done`. */
  moment(): Moment {
    this.refresh()
    return this.root.useReadTransaction()
  }

  close(): Promise<void> {
    return this.root.close()
  }
}

/** What `lock.mdb` has with LMDB's 126 readers, in whole pages. */
const LOCK_FILE_BYTES = 12_288

/**
 * Makes the files, for their owner alone, and has the disk set aside all of the lock file. LMDB leaves holes in it and
 * maps it into memory, where a full disk ends the process instead of being an error.
 */
function reserveFiles(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'lock.mdb'), Buffer.alloc(LOCK_FILE_BYTES), { mode: 0o600 })
  closeSync(openSync(join(directory, 'data.mdb'), 'a', 0o600))
}

/**
 * Walks a range in chunks and keeps nothing open between them. The caller may pause for as long as it likes, and may
 * write to the range.
 */
export function* walk(table: Table, { low, high, reverse = false, moment }: Range): Generator<Entry> {
  let from = reverse ? high : low
  let exclusiveStart = reverse
  let limit = FIRST_CHUNK
  for (;;) {
    const chunk = [
      ...table.getRange({
        start: from,
        end: reverse ? low : high,
        exclusiveStart,
        inclusiveEnd: reverse,
        reverse,
        limit,
        ...(moment && { transaction: moment }),
      }),
    ]
    yield* chunk
    const last = chunk.at(-1)
    if (!last || chunk.length < limit) return
    from = last.key
    exclusiveStart = true
    limit = CHUNK
  }
}
