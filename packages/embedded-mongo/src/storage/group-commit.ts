import type { RootDatabase } from 'lmdb'
import { ServerError } from '../errors.ts'
import { commitFailure, isFullDisk } from './disk-error.ts'

/** lmdb's TransactionFlags.SYNCHRONOUS_COMMIT, and no child transaction. */
const WITHOUT_ABORT = 2

/** A command in the queue, and what has come of it. */
interface Waiting {
  /** Returns what the command threw. */
  run(): unknown
  /** Tells the caller how it went, once that is on disk. */
  settle(): void
  refuse(error: Error): void
}

/**
 * Runs write commands one at a time, as many in one commit as are waiting when it begins. One commit after another: what
 * a commit leaves behind that fails is put right before anything is built on it.
 */
export class GroupCommit {
  private readonly root: RootDatabase<Buffer, Buffer>
  private readonly directory: string
  private readonly onFailure: () => void
  private waiting: Waiting[] = []
  private committing = false

  /** `onFailure` is called when a commit has failed, before any other write: memory may be ahead of the disk. */
  constructor(root: RootDatabase<Buffer, Buffer>, directory: string, onFailure: () => void) {
    this.root = root
    this.directory = directory
    this.onFailure = onFailure
  }

  /**
   * Resolves with what `command` returns, or rejects with what it throws, once all that it wrote is on disk. A throw does
   * not undo what was written before it, as in MongoDB.
   * @throws ServerError `OutOfDiskSpace` or `FileStreamFailed` when the disk refuses; then nothing of it is kept
   */
  write<T>(command: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let settle = (): void => {}
      this.waiting.push({
        run: () => {
          try {
            const value = command()
            settle = () => resolve(value)
            return undefined
          } catch (error) {
            settle = () => reject(error)
            return error
          }
        },
        settle: () => settle(),
        refuse: reject,
      })
      if (!this.committing) void this.commitWaiting()
    })
  }

  private async commitWaiting(): Promise<void> {
    this.committing = true
    while (this.waiting.length > 0) await this.commitGroup()
    this.committing = false
  }

  private async commitGroup(): Promise<void> {
    let group: Waiting[] = []
    let refusal: unknown
    const take = (): void => {
      group = this.waiting.splice(0)
    }
    try {
      await this.root.transaction(() => {
        take()
        for (const each of group) {
          const thrown = each.run()
          if (isFromSystem(thrown)) refusal ??= thrown
        }
      })
      for (const each of group) each.settle()
    } catch (error) {
      if (group.length === 0) take()
      const cause = (await causeOf(error)) ?? error
      this.onFailure()
      this.assertWritable(cause)
      // A large command may meet the full disk before its commit does, which then only says that it cannot go on.
      const reason = isFullDisk(cause, this.directory) ? cause : (refusal ?? cause)
      const failure = commitFailure(reason, this.directory)
      for (const each of group) each.refuse(failure)
    }
  }

  /**
   * When not even the page that names the last commit could be written, LMDB writes no more until it is opened afresh,
   * and the next command would hang. Then this ends the thread.
   */
  private assertWritable(cause: unknown): void {
    try {
      this.root.transactionSync(() => {}, WITHOUT_ABORT)
    } catch {
      throw new Error(`its files cannot be written, and it has to be started again: ${cause}`, { cause })
    }
  }
}

/** LMDB's own errors, and those of the operating system that it passes on. */
const isFromSystem = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof ServerError) &&
  'code' in error &&
  typeof error.code === 'number'

/** A commit that fails says only that there is a reason, which comes as a promise of its own. */
async function causeOf(error: unknown): Promise<unknown> {
  try {
    if (error instanceof Error && 'commitError' in error) await error.commitError
    return undefined
  } catch (cause) {
    return cause
  }
}
