import { randomBytes } from 'node:crypto'
import { Binary } from 'bson'
import { ServerError } from '../errors.ts'
import { decodeDocument, encodeDocument } from '../values/bson.ts'
import { toDouble } from '../values/numbers.ts'
import {
  type Document,
  document,
  int,
  isDocument,
  isNumeric,
  type Maybe,
  type Value,
} from '../values/types.ts'
import { Collection, type CollectionState, type Index } from './collection.ts'
import { ID_INDEX, parseIndexSpec } from './index-spec.ts'
import { type Store, walk } from './store.ts'

const LOW = Buffer.from([1])
const HIGH = Buffer.from([255])
const NEXT_TABLE = Buffer.from([0])

/** Which collections there are. Its writing methods run inside `engine.write`. */
export class Catalog {
  private readonly store: Store
  private collections = new Map<string, Collection>()

  constructor(store: Store) {
    this.store = store
    this.load()
  }

  /** Reads everything from disk: at the start, and after a failed commit, when memory may be ahead of it. */
  load(): void {
    this.collections = new Map()
    for (const { value } of walk(this.store.catalog, { low: LOW, high: HIGH })) {
      const collection = this.open(parseState(decodeDocument(value)))
      this.collections.set(collection.namespace, collection)
    }
  }

  find(database: string, name: string): Collection | undefined {
    return this.collections.get(`${database}.${name}`)
  }

  /** Sorted by name. */
  list(database?: string): Collection[] {
    return [...this.collections.values()]
      .filter((collection) => database === undefined || collection.state.database === database)
      .sort((a, b) => (a.namespace < b.namespace ? -1 : 1))
  }

  /** The collection, created if missing. @throws ServerError `InvalidNamespace` */
  ensure(database: string, name: string): Collection {
    return this.find(database, name) ?? this.create(database, name, new Map())
  }

  create(database: string, name: string, options: Document): Collection {
    checkNames(database, name)
    const uuid = randomBytes(16)
    uuid[6] = ((uuid[6] as number) & 0x0f) | 0x40
    uuid[8] = ((uuid[8] as number) & 0x3f) | 0x80
    const collection = this.open({
      database,
      name,
      table: this.nextTable(),
      uuid: new Binary(uuid, Binary.SUBTYPE_UUID),
      options,
      indexes: [this.newIndex(ID_INDEX)],
    })
    this.collections.set(collection.namespace, collection)
    this.save(collection.state)
    return collection
  }

  newIndex(source: Document): Index {
    return { table: this.nextTable(), spec: parseIndexSpec(source), multikey: false, clipped: false }
  }

  drop(collection: Collection): void {
    collection.truncate()
    this.store.catalog.removeSync(keyOf(collection.state))
    this.collections.delete(collection.namespace)
  }

  rename(collection: Collection, database: string, name: string): void {
    checkNames(database, name)
    this.store.catalog.removeSync(keyOf(collection.state))
    this.collections.delete(collection.namespace)
    Object.assign(collection.state, { database, name })
    this.collections.set(collection.namespace, collection)
    this.save(collection.state)
  }

  private open(state: CollectionState): Collection {
    return new Collection(this.store, state, () => this.save(state))
  }

  private save(state: CollectionState): void {
    this.store.catalog.putSync(keyOf(state), encodeDocument(stateDocument(state)))
  }

  /** Numbers are never used twice, so entries of a dropped table can never turn up in a new one. */
  private nextTable(): number {
    const last = this.store.catalog.getBinary(NEXT_TABLE)?.readUInt32BE(0) ?? 0
    const next = Buffer.alloc(4)
    next.writeUInt32BE(last + 1)
    this.store.catalog.putSync(NEXT_TABLE, next)
    return last + 1
  }
}

const keyOf = ({ database, name }: CollectionState): Buffer => Buffer.from(`${database}\0${name}`)

function checkNames(database: string, name: string): void {
  if (database === '' || Buffer.byteLength(database) > 63 || /[/\\. "$\0]/.test(database))
    throw new ServerError('InvalidNamespace', `Invalid database name: '${database}'`)
  if (name === '' || name.startsWith('.') || name.endsWith('.') || /[$\0]/.test(name))
    throw new ServerError('InvalidNamespace', `Invalid collection name: '${database}.${name}'`)
  if (Buffer.byteLength(database) + Buffer.byteLength(name) + 1 > 255)
    throw new ServerError('InvalidNamespace', `Fully qualified namespace is too long: '${database}.${name}'`)
}

function stateDocument(state: CollectionState): Document {
  const indexes = state.indexes.map((index) =>
    document({
      table: int(index.table),
      source: index.spec.source,
      multikey: index.multikey,
      clipped: index.clipped,
    }),
  )
  const { database, name, uuid, options } = state
  return document({ database, name, table: int(state.table), uuid, options, indexes })
}

function parseState(stored: Document): CollectionState {
  const options = stored.get('options')
  const indexes = stored.get('indexes')
  return {
    database: String(stored.get('database')),
    name: String(stored.get('name')),
    table: number(stored.get('table')),
    uuid: stored.get('uuid') as Value,
    options: isDocument(options) ? options : new Map(),
    indexes: (Array.isArray(indexes) ? indexes.filter(isDocument) : []).map((index) => ({
      table: number(index.get('table')),
      spec: parseIndexSpec(index.get('source') as Document),
      multikey: index.get('multikey') === true,
      clipped: index.get('clipped') === true,
    })),
  }
}

const number = (value: Maybe): number => (isNumeric(value) ? toDouble(value) : 0)
