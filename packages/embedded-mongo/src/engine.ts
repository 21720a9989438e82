import { Cursors } from './cursors.ts'
import { ServerError } from './errors.ts'
import { Catalog } from './storage/catalog.ts'
import { Store } from './storage/store.ts'

/** What every command works with. */
export class Engine {
  readonly store: Store
  readonly catalog: Catalog
  readonly cursors = new Cursors()
  readonly startedAt = new Date()

  private constructor(store: Store, catalog: Catalog) {
    this.store = store
    this.catalog = catalog
  }

  /** Opens a data directory. The caller holds its lock. */
  static async open(directory: string): Promise<Engine> {
    const store = new Store(directory)
    const catalog = await store.transaction(() => new Catalog(store))
    return new Engine(store, catalog)
  }

  /**
   * Runs write commands one at a time. Resolves when the command is on disk.
   * @throws ServerError `InternalError` when the disk fails; nothing of the command is kept then
   */
  async write<T>(command: () => T): Promise<T> {
    let ran = false
    let outcome: { value: T } | { error: unknown } | undefined
    try {
      await this.store.transaction(() => {
        ran = true
        // As in MongoDB, what a command wrote before it failed stays: its error must not abort the commit.
        try {
          outcome = { value: command() }
        } catch (error) {
          outcome = { error }
        }
      })
    } catch (cause) {
      // The commit failed after the command ran: memory is ahead of the disk.
      if (ran) await this.store.transaction(() => this.catalog.load())
      throw new ServerError('InternalError', `the write could not be committed: ${String(cause)}`)
    }
    if (!outcome) throw new ServerError('InternalError', 'the write did not run')
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  close(): Promise<void> {
    return this.store.close()
  }
}
