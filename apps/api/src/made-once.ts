import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Creates a file that only its owner can read, unless it exists. It appears whole or not at all, also when the power
 * fails. If two processes start together, the first one's file counts, and the other reads it.
 */
export function makeOnce(file: string, content: string): void {
  if (existsSync(file)) return
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const open = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(open, content)
      fsyncSync(open)
    } finally {
      closeSync(open)
    }
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
