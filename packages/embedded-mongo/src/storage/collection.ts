import { ServerError } from '../errors.ts'
import { changedNames, decodeDocument, encodeDocument } from '../values/bson.ts'
import { describe } from '../values/describe.ts'
import { type Document, document, isDocument, type Value } from '../values/types.ts'
import { type IndexKeys, indexKeys } from './index-keys.ts'
import type { IndexSpec } from './index-spec.ts'
import { after, entryKey, RECORD_BYTES, type RecordId, recordKey, recordOf, tablePrefix } from './records.ts'
import { type Moment, type Store, walk } from './store.ts'

/** The most bytes that a stored document may have. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

export interface Index {
  /** The number that its entries begin with. */
  readonly table: number
  spec: IndexSpec
  multikey: boolean
  clipped: boolean
}

/** A document as it is stored. */
interface Stored {
  record: RecordId
  document: Document
  raw: Buffer
}

/** A collection's data about itself. The catalog writes it when `save` is called. */
export interface CollectionState {
  database: string
  name: string
  readonly table: number
  readonly uuid: Value
  readonly options: Document
  indexes: Index[]
}

/**
 * The documents of one collection and the entries of its indexes. The writing methods run inside
 * `engine.write` and check everything before they write anything.
 */
export class Collection {
  readonly state: CollectionState
  private readonly store: Store
  private readonly save: () => void
  private nextRecord: RecordId

  constructor(store: Store, state: CollectionState, save: () => void) {
    this.store = store
    this.state = state
    this.save = save
    const [last] = walk(store.documents, { ...this.extent, reverse: true })
    this.nextRecord = last ? recordOf(last.key) + 1 : 1
  }

  get namespace(): string {
    return `${this.state.database}.${this.state.name}`
  }

  get indexes(): readonly Index[] {
    return this.state.indexes
  }

  private get extent(): { low: Buffer; high: Buffer } {
    const low = tablePrefix(this.state.table)
    return { low, high: after(low) }
  }

  /** All documents in natural order, as they are stored: now, or at a moment that is kept. */
  *scan(reverse = false, moment?: Moment): Generator<{ record: RecordId; raw: Buffer }> {
    for (const { key, value } of walk(this.store.documents, { ...this.extent, reverse, moment }))
      yield { record: recordOf(key), raw: value }
  }

  /** Records in the order of an index, between two keys of it. */
  *entries(index: Index, low: Buffer, high: Buffer, reverse = false): Generator<RecordId> {
    const prefix = tablePrefix(index.table)
    const range = { low: Buffer.concat([prefix, low]), high: Buffer.concat([prefix, high]), reverse }
    for (const { key } of walk(this.store.indexes, range)) yield recordOf(key)
  }

  read(record: RecordId): Buffer | undefined {
    return this.store.documents.getBinary(recordKey(this.state.table, record))
  }

  count(): number {
    const { low, high } = this.extent
    return this.store.documents.getKeysCount({ start: low, end: high })
  }

  /** Bytes of all documents. */
  size(): number {
    let total = 0
    for (const { raw } of this.scan()) total += raw.length
    return total
  }

  /** @throws ServerError `DuplicateKey` (11000), and writes nothing */
  insert(value: Document, raw = encodeDocument(value)): RecordId {
    checkSize(raw)
    const all = this.state.indexes.map((index) => ({ index, ...indexKeys(index.spec, value) }))
    this.checkUnique(all, undefined)
    const record = this.nextRecord++
    this.store.documents.putSync(recordKey(this.state.table, record), raw)
    for (const { index, ...keys } of all) this.addEntries(index, keys, record)
    return record
  }

  /**
   * Puts a document in place of one, whose bytes were `was`.
   * @throws ServerError `DuplicateKey` (11000), and writes nothing
   */
  replace(
    { record, document: before, raw: was }: Stored,
    value: Document,
    raw = encodeDocument(value),
  ): void {
    checkSize(raw)
    const changed = changedNames(was, raw)
    // Most updates change what no index is over.
    const wanted = this.state.indexes.flatMap((index) =>
      reads(index, changed) ? [{ index, ...indexKeys(index.spec, value) }] : [],
    )
    this.checkUnique(wanted, record)
    this.store.documents.putSync(recordKey(this.state.table, record), raw)
    for (const { index, keys, ...shape } of wanted) {
      const keep = new Set(keys.map((key) => key.bytes.toString('latin1')))
      for (const old of indexKeys(index.spec, before).keys) {
        if (!keep.delete(old.bytes.toString('latin1')))
          this.store.indexes.removeSync(entryKey(index.table, old.bytes, record))
      }
      if (keep.size > 0)
        this.addEntries(
          index,
          { ...shape, keys: keys.filter((key) => keep.has(key.bytes.toString('latin1'))) },
          record,
        )
    }
  }

  remove(record: RecordId, value: Document): void {
    this.store.documents.removeSync(recordKey(this.state.table, record))
    for (const index of this.state.indexes)
      for (const key of indexKeys(index.spec, value).keys)
        this.store.indexes.removeSync(entryKey(index.table, key.bytes, record))
  }

  /** Builds an index over what is there. @throws ServerError `DuplicateKey`, and writes nothing */
  build(index: Index): void {
    const all: { record: RecordId; keys: IndexKeys }[] = []
    const owners = new Set<string>()
    for (const { record, raw } of this.scan()) {
      const keys = indexKeys(index.spec, decodeDocument(raw))
      for (const key of keys.keys) {
        if (!index.spec.unique) continue
        const text = key.bytes.toString('latin1')
        if (owners.has(text)) throw this.duplicate(index, key.values)
        owners.add(text)
      }
      all.push({ record, keys })
    }
    this.state.indexes.push(index)
    for (const { record, keys } of all) this.addEntries(index, keys, record)
    this.save()
  }

  dropIndex(index: Index): void {
    this.clear(index.table)
    this.state.indexes = this.state.indexes.filter((other) => other !== index)
    this.save()
  }

  /** Replaces an index's options, as `collMod` does. */
  alterIndex(index: Index, spec: IndexSpec): void {
    index.spec = spec
    this.save()
  }

  /** Removes every document and entry. */
  truncate(): void {
    for (const { key } of walk(this.store.documents, this.extent)) this.store.documents.removeSync(key)
    for (const index of this.state.indexes) this.clear(index.table)
  }

  private clear(table: number): void {
    const low = tablePrefix(table)
    for (const { key } of walk(this.store.indexes, { low, high: after(low) }))
      this.store.indexes.removeSync(key)
  }

  private addEntries(index: Index, { keys, multikey, clipped }: IndexKeys, record: RecordId): void {
    for (const key of keys) this.store.indexes.putSync(entryKey(index.table, key.bytes, record), EMPTY)
    if ((multikey && !index.multikey) || (clipped && !index.clipped)) {
      index.multikey ||= multikey
      index.clipped ||= clipped
      this.save()
    }
  }

  private checkUnique(wanted: readonly (IndexKeys & { index: Index })[], self: RecordId | undefined): void {
    for (const { index, keys } of wanted) {
      if (!index.spec.unique) continue
      for (const key of keys) {
        const prefix = Buffer.concat([tablePrefix(index.table), key.bytes])
        for (const { key: entry } of walk(this.store.indexes, { low: prefix, high: after(prefix) }))
          if (entry.length === prefix.length + RECORD_BYTES && recordOf(entry) !== self)
            throw this.duplicate(index, key.values)
      }
    }
  }

  private duplicate(index: Index, values: Value[]): ServerError {
    const keyValue = document(
      Object.fromEntries(index.spec.fields.map((field, i) => [field.name, values[i]])),
    )
    const key = index.spec.source.get('key')
    return new ServerError(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${this.namespace} index: ${index.spec.name} dup key: ${describe(keyValue)}`,
      { keyPattern: isDocument(key) ? key : index.spec.key, keyValue },
    )
  }
}

/** Whether what changed may change an index's entries. */
const reads = ({ spec }: Index, changed: Set<string> | null): boolean =>
  !changed || !spec.reads || [...changed].some((name) => spec.reads?.has(name))

const EMPTY = Buffer.alloc(0)

function checkSize(raw: Buffer): void {
  if (raw.length > MAX_DOCUMENT_BYTES)
    throw new ServerError(
      'BSONObjectTooLarge',
      `BSONObj size: ${raw.length} (0x${raw.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and 16793600(16MB)`,
    )
}
