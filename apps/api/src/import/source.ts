export const formats = ['csv', 'jsonl', 'json', 'mongoexport'] as const
export type Format = (typeof formats)[number]

/** So much is looked at to guess the format. */
const looked = 256
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

export interface Source {
  format: Exclude<Format, 'mongoexport'>
  /** Without a byte order mark. */
  chunks: AsyncIterable<Buffer>
}

/** What is imported cannot be read in whole. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}

/**
 * Finds out how a file is written: as it is said, by its name, or by how it begins. Throws SourceError for one that is
 * compressed or in UTF-16.
 */
export async function openSource(
  input: AsyncIterable<Buffer>,
  { name, format }: { name: string; format: Format | undefined },
): Promise<Source> {
  const chunks = input[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < looked) {
    const { value, done } = await chunks.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  const [first, second] = head
  if (first === 0x1f && second === 0x8b) throw new SourceError('The file is compressed. Unpack it first.')
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new SourceError('The file is in UTF-16. Convert it to UTF-8 first.')
  const start = head.subarray(0, 3).equals(byteOrderMark) ? head.subarray(3) : head
  return { format: formatOf(start.toString().trimStart(), name, format), chunks: joined() }

  async function* joined(): AsyncGenerator<Buffer> {
    try {
      if (start.length > 0) yield start
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
    } finally {
      // Whoever reads no further lets go of the file, or of whoever writes into the pipe.
      await chunks.return?.()
    }
  }
}

function formatOf(start: string, name: string, said: Format | undefined): Source['format'] {
  if (said === 'csv' || said === 'jsonl' || said === 'json') return said
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  if (!said && extension === 'csv') return 'csv'
  if (!said && (extension === 'jsonl' || extension === 'ndjson')) return 'jsonl'
  // An array, or the object around one that `firebase auth:export` writes.
  if (start.startsWith('[') || /^\{\s*"users"\s*:/.test(start)) return 'json'
  return said === 'mongoexport' || start.startsWith('{') ? 'jsonl' : 'csv'
}
