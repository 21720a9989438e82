/** What the embedded database and MongoDB call it (`OutOfDiskSpace`). */
const outOfDiskSpace = 14_031

/** Whether the database could not save something because its disk is full. A bulk write carries the real error inside. */
export function isFullDisk(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  if ('code' in error && error.code === outOfDiskSpace) return true
  const inner = 'cause' in error ? error.cause : 'errorResponse' in error ? error.errorResponse : undefined
  return inner !== error && isFullDisk(inner)
}
