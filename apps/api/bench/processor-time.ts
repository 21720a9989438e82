import { readFileSync } from 'node:fs'

/** What a process has used of the processor, in milliseconds, as Linux counts it. */
export function processorMs(pid: number | undefined): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13).map(Number)
  // A hundred ticks a second, wherever Linux runs.
  return ((user ?? 0) + (system ?? 0)) * 10
}
