import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Writes a file of secrets anew: whole or not at all, with the owner and the mode that it had. A symbolic link stays one.
 * Throws Error with a sentence when that is not possible; then the file is as it was, and nothing lies beside it.
 */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path)
  const before = statSync(target)
  // Named so that neither git nor an image takes it along, should this process be killed; `wx` follows no link.
  const draft = join(dirname(target), `.env.${randomBytes(8).toString('hex')}`)
  const file = openSync(draft, 'wx', 0o600)
  try {
    try {
      giveTo(file, before, target)
      writeFileSync(file, text)
      fchmodSync(file, before.mode & 0o777)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    rename(draft, target)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  syncFolder(dirname(target))
}

function giveTo(file: number, { uid, gid }: Stats, target: string): void {
  const own = fstatSync(file)
  if (own.uid === uid && own.gid === gid) return
  try {
    fchownSync(file, uid, gid)
  } catch (cause) {
    throw new Error(
      `${target} belongs to user ${uid} and group ${gid}, and would not any more. Run this as that user.`,
      { cause },
    )
  }
}

function rename(draft: string, target: string): void {
  try {
    renameSync(draft, target)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EBUSY') throw cause
    throw new Error(
      `${target} cannot be replaced, because it is mounted by itself. Mount the folder that it is in (docs/keys.md).`,
      { cause },
    )
  }
}

/** So that the new name outlives a power failure. Not every system can do that, and the file is in place already. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  } catch {}
}
