import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Creates a file that only its owner can read, unless it exists. It appears whole or not at all. If two processes
 * start together, the first one's file counts, and the other reads it.
 */
export function makeOnce(file: string, content: string): void {
  if (existsSync(file)) return
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, content, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}
