import type { Logger } from 'pino'
import { createFailureLog } from './failure-log.ts'

interface Work<Job> {
  /** The next job, for this process alone; null: there is none at the moment. May reject: then it is asked again later. */
  take(): Promise<Job | null>
  /** Never rejects. */
  work(job: Job): Promise<void>
  /** So many side by side. */
  most: number
  /** Where nothing is to be done: until it is worth looking again. */
  pause(): Promise<unknown>
  stopping: AbortSignal
  log: Logger
  /** For the log: what is worked on. */
  what: string
}

/** Works off a queue in the database until it is told to stop, and resolves when what was begun is done. */
export async function workOff<Job>(queue: Work<Job>): Promise<void> {
  const { take, work, most, pause, stopping, log, what } = queue
  const working = new Set<Promise<void>>()
  const failed = createFailureLog(log, what)
  while (!stopping.aborted) {
    try {
      for (let job = await take(); job; job = stopping.aborted ? null : await take()) {
        const done = work(job).finally(() => working.delete(done))
        working.add(done)
        if (working.size >= most) await Promise.race(working)
      }
    } catch (error) {
      failed(error)
    }
    await pause()
  }
  await Promise.all(working)
}
