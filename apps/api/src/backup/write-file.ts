import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** Where hard links are not known. */
const noLinks: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

/**
 * Writes bytes, compressed, into a new file that only its owner reads: whole and on the disk, or not at all.
 * Until then they stand in a file beside it, which a killed process leaves behind. Returns how large it is,
 * in bytes.
 * @throws Error with a sentence when there is such a file already, which stays as it is, or none can be
 *   written
 */
export async function writeNewFile(
  path: string,
  bytes: AsyncIterable<Buffer>,
  stopping: AbortSignal,
): Promise<number> {
  if (existsSync(path)) throw exists(path)
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`
  try {
    stopping.throwIfAborted()
    const file = createWriteStream(draft, { flags: 'wx', mode: 0o600 })
    await pipeline(bytes, createGzip(), file, { signal: stopping })
    await sync(draft)
    const { size } = statSync(draft)
    giveName(draft, path)
    await sync(dirname(path)).catch(() => {}) // not every system can do that of a folder, and the file is in place
    return size
  } catch (error) {
    if (stopping.aborted) throw new Error(`Interrupted: there is no ${path}.`, { cause: error })
    throw explained(error, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** By a link, which fails where a rename would overwrite. */
function giveName(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!noLinks.includes(codeOf(error)) || existsSync(path)) throw error
    renameSync(draft, path)
  }
}

async function sync(path: string): Promise<void> {
  const opened = await open(path, 'r')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}

function explained(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code === 'EEXIST') return exists(path, error)
  if (code === 'ENOSPC') return new Error(`The disk of ${path} is full.`, { cause: error })
  if (code === 'ENOENT') return new Error(`There is no folder ${dirname(path)}.`, { cause: error })
  if (code === 'EACCES' || code === 'EROFS')
    return new Error(`${dirname(path)} may not be written to.`, { cause: error })
  return error
}

const exists = (path: string, cause?: unknown) =>
  new Error(`${path} exists already. A backup overwrites nothing: give it another name.`, { cause })

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)
