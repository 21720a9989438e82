import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

const OTHERS = 0o077
const STICKY = 0o1000

/**
 * Makes a folder for its owner alone, whatever it and the files and folders named in it allowed others before. What a
 * symbolic link in it leads to is left as it is. Returns its path without links.
 * @throws Error when it is another user's, or made to be shared, like /tmp
 */
export function makePrivateFolder(path: string, names: readonly string[] = []): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const folder = realpathSync(path)
  if ((lstatSync(folder).mode & STICKY) !== 0)
    throw new Error(
      `${folder} is shared by all users. Name a folder of its own, such as ${join(folder, 'data')}.`,
    )
  // The folder first: then nobody else exchanges what is in it.
  close(folder)
  for (const name of names) closeAll(join(folder, name))
  return folder
}

function closeAll(path: string): void {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (!status || status.isSymbolicLink()) return
  close(path)
  if (status.isDirectory()) for (const name of readdirSync(path)) closeAll(join(path, name))
}

function close(path: string): void {
  const { mode, uid } = lstatSync(path)
  // Windows has other rules than these; what is in a user's profile is that user's alone.
  if ((mode & OTHERS) === 0 || process.platform === 'win32') return
  try {
    chmodSync(path, mode & 0o700)
  } catch (cause) {
    throw new Error(
      `${path} is open to other users (mode ${(mode & 0o777).toString(8)}) and belongs to user ${uid}, so that it cannot be closed. Name a folder of your own.`,
      { cause },
    )
  }
}
