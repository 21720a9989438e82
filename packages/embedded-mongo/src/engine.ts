import { Cursors } from './cursors.ts'
import { Snapshots } from './snapshots.ts'
import { Catalog } from './storage/catalog.ts'
import { Store } from './storage/store.ts'

/** What every command works with. */
export class Engine {
  readonly store: Store
  readonly catalog: Catalog
  readonly cursors = new Cursors()
  readonly snapshots: Snapshots
  readonly startedAt = new Date()

  private constructor(store: Store, catalog: Catalog) {
    this.store = store
    this.catalog = catalog
    this.snapshots = new Snapshots(store)
  }

  /** Opens a data directory, whose lock the caller holds. */
  static open(directory: string): Engine {
    const store = new Store(directory, () => catalog.load())
    const catalog = new Catalog(store)
    return new Engine(store, catalog)
  }

  /**
   * Runs a write command alone and resolves when it is on disk.
   * @throws ServerError `OutOfDiskSpace` (14031) or `FileStreamFailed` (39) when the disk refuses; nothing of the
   *   command is kept then
   */
  write<T>(command: () => T): Promise<T> {
    return this.store.write(command)
  }

  close(): Promise<void> {
    this.snapshots.releaseAll()
    return this.store.close()
  }
}
