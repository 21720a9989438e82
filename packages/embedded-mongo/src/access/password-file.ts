import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/**
 * The password in a file, 256 bits in base64url, made when there is none: whoever has stored it goes on after a restart.
 * The caller holds the directory's lock.
 */
export function passwordIn(file: string): string {
  const kept = read(file)
  if (/^[\w-]{43}$/.test(kept)) return kept
  const made = randomBytes(32).toString('base64url')
  rmSync(file, { force: true })
  writeFileSync(file, made, { mode: 0o600, flag: 'wx' })
  return made
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
