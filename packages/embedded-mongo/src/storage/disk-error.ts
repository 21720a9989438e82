import { statfsSync } from 'node:fs'
import { constants } from 'node:os'
import { ServerError } from '../errors.ts'

/** MDB_MAP_FULL: the file cannot be mapped any larger. */
const MAP_FULL = -30792
/** ERROR_DISK_FULL, as Windows calls it. */
const WINDOWS_DISK_FULL = 112

const { ENOSPC, EDQUOT, EFBIG, EIO } = constants.errno
const FULL = new Set<unknown>([
  ...['ENOSPC', 'EDQUOT', 'EFBIG', ENOSPC, EDQUOT, EFBIG, MAP_FULL],
  ...(process.platform === 'win32' ? [WINDOWS_DISK_FULL] : []),
])
const NOTHING_LEFT_BYTES = 64 * 1024

/** Whether an error, LMDB's (`code`: a number) or Node's (`code`: a name), means that a directory's disk is full. */
export function isFullDisk(error: unknown, directory: string): boolean {
  if (!(error instanceof Error && 'code' in error)) return false
  // LMDB calls it an I/O error when only the beginning of a write found room.
  return FULL.has(error.code) || (error.code === EIO && freeBytes(directory) < NOTHING_LEFT_BYTES)
}

/** What a command is told whose commit has failed. */
export function commitFailure(cause: unknown, directory: string): ServerError {
  return isFullDisk(cause, directory)
    ? new ServerError('OutOfDiskSpace', `the disk of ${directory} is full; nothing of this command was kept`)
    : new ServerError('FileStreamFailed', `the write could not be committed: ${cause}`)
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}
