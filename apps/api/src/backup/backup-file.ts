import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { mongo } from 'mongoose'
import * as z from 'zod'
import { besidePrefix } from './kept.ts'

// A backup is gzip of lines. A line of what is said about the backup begins with #; every other line is a
// document in MongoDB's canonical Extended JSON, so that `zcat backup | grep -v '^#'` is food for other
// tools:
//
//   #{"latchkeyBackup":1, …}                                     once: when it was taken, and of what
//   #{"collection":"users","indexes":[…]}                        then for each collection
//   {"_id":{"$oid":"…"}, …}                                        its documents
//   #{"end":"users","documents":3,"sha256":"…"}                    the digest of those lines
//   #{"whole":{"collections":7,"documents":41},"sha256":"…"}     at the end: the digest of all lines before

export const backupFormat = 1

/** No document of 16 MB is longer in Extended JSON. */
const longestLine = 256 * 2 ** 20
/** So much is handed on at a time. */
const batchDocuments = 500
const batchBytes = 8 * 2 ** 20

/** Whatever MongoDB allows, but for its own. */
function isOwnName(name: string): boolean {
  return name !== '' && !/[\0$]/.test(name) && !name.startsWith('system.') && !name.startsWith(besidePrefix)
}

const MarksSchema = z.object({
  salt: z.string(),
  refresh: z.array(z.string()),
  factor: z.array(z.string()),
})
/**
 * By which it is seen whether secrets are the same, without any of them: a digest keyed by the secret, which
 * has more bits than anybody can guess, of a salt of this backup alone. The first of each is the one in use.
 */
export type SecretMarks = z.infer<typeof MarksSchema>

const HeaderSchema = z.object({
  latchkeyBackup: z.int(),
  takenAt: z.iso.datetime(),
  /** Whether everything in it is of one moment. */
  oneMoment: z.boolean(),
  /** The migrations that were done, or have begun and are breaking: the version of the shapes in it. */
  migrations: z.array(z.object({ name: z.string(), breaking: z.boolean() })),
  secrets: MarksSchema,
})
export type BackupHeader = z.infer<typeof HeaderSchema>

const StartSchema = z.object({
  collection: z.string().refine(isOwnName),
  indexes: z.array(z.looseObject({ key: z.record(z.string(), z.unknown()), name: z.string() })),
})
/** A collection, and the indexes it has beside that of `_id`. */
export interface BackedUpCollection {
  collection: string
  indexes: (mongo.IndexDescription & { name: string })[]
}
const EndSchema = z.object({ end: z.string(), documents: z.int(), sha256: z.string() })
const WholeSchema = z.object({
  whole: z.object({ collections: z.int(), documents: z.int() }),
  sha256: z.string(),
})

/** A file that is no whole backup of ours. The message says in which way. */
export class BackupFileError extends Error {
  override readonly name = 'BackupFileError'
}

/**
 * Writes the lines of a backup: call in the order of the file. Each answer is what comes next in it,
 * uncompressed.
 */
export function backupWriter() {
  const whole = createHash('sha256')
  let own = createHash('sha256')
  let documents = 0
  const counts = { collections: 0, documents: 0 }

  const remark = (value: object): Buffer => {
    const line = remarkLine(value)
    whole.update(line)
    return line
  }

  return {
    header: (header: BackupHeader): Buffer => remark(header),

    start(started: BackedUpCollection): Buffer {
      own = createHash('sha256')
      documents = 0
      return remark(started)
    },

    /** Documents in Extended JSON, one each. */
    documents(lines: readonly string[]): Buffer {
      const text = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      own.update(text)
      whole.update(text)
      documents += lines.length
      return text
    },

    end(collection: string): Buffer {
      counts.collections += 1
      counts.documents += documents
      return remark({ end: collection, documents, sha256: own.digest('hex') })
    },

    finish(): Buffer {
      return remarkLine({ whole: counts, sha256: whole.digest('hex') })
    },
  }
}

export interface BackupVisitor {
  header(header: BackupHeader): void
  collection?(started: BackedUpCollection): Promise<void> | void
  /** Some documents of a collection, as the lines that they are. */
  documents?(collection: string, lines: readonly string[]): Promise<void> | void
  collectionEnd?(collection: string, documents: number): Promise<void> | void
}

/**
 * Reads a backup from beginning to end in bounded memory, and checks all of it. What it hands on is only
 * proved whole once it resolves, with how much there was.
 * @throws BackupFileError for anything but a whole, undamaged backup of a format that is known
 */
export async function readBackup(
  path: string,
  visitor: BackupVisitor,
): Promise<{ collections: number; documents: number }> {
  const whole = createHash('sha256')
  let header: BackupHeader | null = null
  let current: { name: string; own: ReturnType<typeof createHash>; documents: number } | null = null
  let lines: string[] = []
  let bytes = 0
  const counts = { collections: 0, documents: 0 }
  let isOver = false

  async function handOn(): Promise<void> {
    if (current && lines.length > 0) await visitor.documents?.(current.name, lines)
    lines = []
    bytes = 0
  }

  async function read(line: Buffer): Promise<void> {
    if (isOver) throw new BackupFileError(`${path} goes on after its end.`)
    if (header && line[0] !== hash) {
      if (!current) throw new BackupFileError(`${path} is damaged: a document stands in no collection.`)
      current.own.update(line)
      whole.update(line)
      current.documents += 1
      bytes += line.length
      lines.push(line.toString('utf8', 0, line.length - 1))
      if (lines.length >= batchDocuments || bytes >= batchBytes) await handOn()
      return
    }
    const said = remarkIn(line)
    if (!header) {
      header = headerIn(path, said)
      visitor.header(header)
      whole.update(line)
      return
    }
    await handOn()
    const finished = WholeSchema.safeParse(said)
    if (finished.success) {
      const isWhole =
        !current &&
        finished.data.sha256 === whole.digest('hex') &&
        finished.data.whole.collections === counts.collections &&
        finished.data.whole.documents === counts.documents
      if (!isWhole) throw new BackupFileError(`${path} is damaged: its last checksum is wrong.`)
      isOver = true
      return
    }
    whole.update(line)
    const ended = EndSchema.safeParse(said)
    if (ended.success && current) {
      const { name, own, documents } = current
      const { end, sha256, documents: expected } = ended.data
      if (end !== name || expected !== documents || sha256 !== own.digest('hex'))
        throw new BackupFileError(`${path} is damaged: the checksum of ${name} is wrong.`)
      counts.collections += 1
      counts.documents += documents
      current = null
      await visitor.collectionEnd?.(name, documents)
      return
    }
    const started = StartSchema.safeParse(said)
    if (!started.success || current) throw new BackupFileError(`${path} is damaged: a line makes no sense.`)
    current = { name: started.data.collection, own: createHash('sha256'), documents: 0 }
    await visitor.collection?.(started.data as BackedUpCollection)
  }

  for await (const line of linesOf(path, () => header !== null)) await read(line)
  if (!header) throw notOurs(path)
  if (!isOver) throw cutOff(path)
  return counts
}

const { EJSON } = mongo.BSON
const hash = '#'.charCodeAt(0)
/** Extended JSON, for the condition of an index may hold a date. */
const remarkLine = (value: object) => Buffer.from(`#${EJSON.stringify(value)}\n`)
const notOurs = (path: string, cause?: unknown) =>
  new BackupFileError(`${path} is not a backup that latchkey has written.`, { cause })
const cutOff = (path: string, cause?: unknown) =>
  new BackupFileError(`${path} is cut off: its end is missing.`, { cause })

function headerIn(path: string, said: unknown): BackupHeader {
  const isOurs = typeof said === 'object' && said !== null && 'latchkeyBackup' in said
  if (!isOurs) throw notOurs(path)
  if (typeof said.latchkeyBackup === 'number' && said.latchkeyBackup > backupFormat)
    throw new BackupFileError(
      `${path} has format ${said.latchkeyBackup}, of a newer version. This one reads format ${backupFormat}: restore it with the version that wrote it.`,
    )
  const header = HeaderSchema.safeParse(said)
  if (!header.success) throw notOurs(path)
  return header.data
}

function remarkIn(line: Buffer): unknown {
  if (line[0] !== hash) return undefined
  try {
    return EJSON.parse(line.toString('utf8', 1))
  } catch {
    return undefined
  }
}

/** Each with its line break. Split at that byte alone: what people wrote may hold other separators. */
async function* linesOf(path: string, isOurs: () => boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  const unzipped = createGunzip()
  // Else nobody hears of a file that cannot be read.
  file.on('error', (error) => unzipped.destroy(error))
  file.pipe(unzipped)
  let parts: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>) {
      let from = 0
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...parts, chunk.subarray(from, at + 1)])
        parts = []
        length = 0
        from = at + 1
      }
      parts.push(chunk.subarray(from))
      length += chunk.length - from
      if (length > longestLine) throw notOurs(path)
    }
  } catch (error) {
    throw readable(path, error, isOurs())
  } finally {
    file.destroy()
  }
  if (length > 0) throw isOurs() ? cutOff(path) : notOurs(path)
}

function readable(path: string, error: unknown, isOurs: boolean): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return new BackupFileError(`There is no file ${path}.`, { cause: error })
  if (code === 'EISDIR') return new BackupFileError(`${path} is a folder.`, { cause: error })
  if (code === 'Z_BUF_ERROR') return isOurs ? cutOff(path, error) : notOurs(path, error)
  if (code === 'Z_DATA_ERROR')
    return isOurs
      ? new BackupFileError(`${path} is damaged: it cannot be unpacked to its end.`, { cause: error })
      : notOurs(path, error)
  return error
}
