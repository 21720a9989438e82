import { randomBytes } from 'node:crypto'
import type { Timestamp } from 'bson'
import { ServerError } from './errors.ts'
import { encodeDocument } from './values/bson.ts'
import { type Document, document, type Maybe, type RawDocument } from './values/types.ts'

/** Bytes of documents in one reply. A larger first document is sent all the same. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024
const FIRST_BATCH = 101
/** As in MongoDB, a cursor that nobody reads for this long is closed. */
const IDLE_MS = 10 * 60 * 1000

interface Cursor {
  namespace: string
  documents: Iterator<RawDocument | Document>
  /** Did not fit into the last batch. */
  kept: RawDocument | undefined
  usedAt: number
}

export interface CursorRequest {
  namespace: string
  documents: Iterable<RawDocument | Document>
  batchSize?: number | undefined
  singleBatch?: boolean
  /** Of the snapshot that is read, if one is. */
  atClusterTime?: Timestamp | undefined
}

/** Results that clients have not read to the end. */
export class Cursors {
  private readonly open = new Map<bigint, Cursor>()

  /** The reply to `find` or `aggregate`: `{ cursor: { firstBatch, id, ns }, ok }`. */
  start(request: CursorRequest): Document {
    const { namespace, documents, batchSize = FIRST_BATCH, singleBatch = false, atClusterTime } = request
    this.forgetIdle()
    const cursor: Cursor = {
      namespace,
      documents: documents[Symbol.iterator](),
      kept: undefined,
      usedAt: Date.now(),
    }
    const { batch, done } = draw(cursor, batchSize)
    let id = 0n
    if (!done && !singleBatch) {
      id = newId()
      this.open.set(id, cursor)
    }
    const reply = document({ firstBatch: batch, id, ns: namespace })
    if (atClusterTime) reply.set('atClusterTime', atClusterTime)
    return document({ cursor: reply, ok: 1 })
  }

  /** @throws ServerError `CursorNotFound` (43) */
  more(id: bigint, namespace: string, batchSize: number | undefined): Document {
    const cursor = this.open.get(id)
    if (!cursor) throw new ServerError('CursorNotFound', `cursor id ${id} not found`)
    if (cursor.namespace !== namespace)
      throw new ServerError(
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      )
    cursor.usedAt = Date.now()
    let result: ReturnType<typeof draw>
    try {
      result = draw(cursor, batchSize || Number.POSITIVE_INFINITY)
    } catch (error) {
      this.open.delete(id)
      throw error
    }
    if (result.done) this.open.delete(id)
    return document({
      cursor: document({ nextBatch: result.batch, id: result.done ? 0n : id, ns: namespace }),
      ok: 1,
    })
  }

  kill(id: bigint): boolean {
    return this.open.delete(id)
  }

  get size(): number {
    return this.open.size
  }

  private forgetIdle(): void {
    const limit = Date.now() - IDLE_MS
    for (const [id, cursor] of this.open) if (cursor.usedAt < limit) this.open.delete(id)
  }
}

function draw(cursor: Cursor, size: number): { batch: RawDocument[]; done: boolean } {
  const batch: RawDocument[] = []
  let bytes = 0
  while (batch.length < size) {
    const next = cursor.kept ?? nextRaw(cursor)
    cursor.kept = undefined
    if (!next) return { batch, done: true }
    if (batch.length > 0 && bytes + next.length > MAX_BATCH_BYTES) {
      cursor.kept = next
      return { batch, done: false }
    }
    bytes += next.length
    batch.push(next)
  }
  if (size === 0) return { batch, done: false }
  // Looks one ahead, so that the client need not fetch an empty last batch.
  cursor.kept = nextRaw(cursor)
  return { batch, done: cursor.kept === undefined }
}

function nextRaw(cursor: Cursor): RawDocument | undefined {
  const { value, done } = cursor.documents.next() as { value: Maybe; done: boolean }
  if (done) return undefined
  return value instanceof Map ? encodeDocument(value) : (value as RawDocument)
}

/** Positive and hard to guess. */
const newId = (): bigint => BigInt.asUintN(63, randomBytes(8).readBigUInt64LE()) || 1n
