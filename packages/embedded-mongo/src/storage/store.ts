import { type Database, open, type RootDatabase } from 'lmdb'

/** Bytes by key, in the order of the keys. */
export type Table = Database<Buffer, Buffer>

export interface Entry {
  key: Buffer
  value: Buffer
}

/** Entries from `low` up to but not including `high`, backwards if `reverse`. */
export interface Range {
  low: Buffer
  high: Buffer
  reverse?: boolean
}

const FIRST_CHUNK = 16
const CHUNK = 256

/** The LMDB environment of one data directory. Whoever opens it must hold the directory's lock. */
export class Store {
  readonly catalog: Table
  readonly documents: Table
  readonly indexes: Table
  private readonly root: RootDatabase<Buffer, Buffer>

  constructor(directory: string) {
    // Without `overlappingSync` LMDB syncs the pages before it writes and syncs the meta page, so that the promise
    // of a transaction resolves when it is on disk.
    this.root = open({
      path: directory,
      noSubdir: false,
      overlappingSync: false,
      maxDbs: 4,
      encoding: 'binary',
      keyEncoding: 'binary',
    })
    const table = (name: string): Table =>
      this.root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' })
    this.catalog = table('catalog')
    this.documents = table('documents')
    this.indexes = table('indexes')
  }

  /**
   * Runs `write` alone, seeing its own writes, and resolves with its result once they are on disk. Concurrent callers
   * share one commit. A throw does not undo what was written before it: check first, then write.
   */
  transaction<T>(write: () => T): Promise<T> {
    return this.root.transaction(write)
  }

  /** Makes the next reads see everything that has been committed. */
  refresh(): void {
    this.root.resetReadTxn()
  }

  close(): Promise<void> {
    return this.root.close()
  }
}

/**
 * Walks a range in chunks and keeps nothing open between them. The caller may pause for as long as it likes, and may
 * write to the range.
 */
export function* walk(table: Table, { low, high, reverse = false }: Range): Generator<Entry> {
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
