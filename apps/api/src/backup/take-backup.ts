import { mongo } from 'mongoose'
import { maintenanceCollection, readMigration } from '../maintenance/maintenance.model.ts'
import { type BackedUpCollection, backupFormat, backupWriter, type SecretMarks } from './backup-file.ts'
import { collectionsIn } from './beside.ts'
import { besidePrefix, isKept } from './kept.ts'

/** As many documents as are asked for at a time. */
const batchSize = 500

/** A secondary may be behind. Stronger than what `MONGO_URI` says. */
const primary = { readPreference: 'primary' } as const
/** Where there are no snapshots. */
const confirmed = { ...primary, readConcern: { level: 'majority' } } as const

/** What a server answers that knows no snapshots: NotAReplicaSet, InvalidOptions, CommandNotSupported. */
const noSnapshots: readonly unknown[] = [123, 72, 115]

/** What was backed up. */
export interface BackupSummary {
  takenAt: Date
  /** Whether everything in it is of one moment. */
  oneMoment: boolean
  /** How many documents, by collection. */
  documents: Record<string, number>
}

interface Asked {
  client: mongo.MongoClient
  secrets: SecretMarks
  takenAt: Date
  /** Called for each document. */
  onDocument: () => void
}

/**
 * Reads the database of a client from beginning to end, as of one moment where the server can do that. Yields
 * the bytes of a backup file, uncompressed; `summary` fills up meanwhile.
 * @throws Error with a sentence when the server forgets the moment before all is read
 */
export function takeBackup(asked: Asked): { summary: BackupSummary; bytes: AsyncGenerator<Buffer> } {
  const summary: BackupSummary = { takenAt: asked.takenAt, oneMoment: true, documents: {} }
  return { summary, bytes: bytesOf(asked, summary) }
}

async function* bytesOf(asked: Asked, summary: BackupSummary): AsyncGenerator<Buffer> {
  const { client, secrets, takenAt } = asked
  const db = client.db()
  const session = await snapshotSession(client)
  summary.oneMoment = session !== null
  const writer = backupWriter()
  try {
    const migrations = await migrationsIn(db, session)
    const { oneMoment } = summary
    yield writer.header({
      latchkeyBackup: backupFormat,
      takenAt: takenAt.toISOString(),
      oneMoment,
      migrations,
      secrets,
    })
    for (const collection of await collectionsOf(db)) {
      const { collection: name } = collection
      yield writer.start(collection)
      const found = db
        .collection(name)
        .find<Buffer>({}, { ...(session ? { ...primary, session } : confirmed), raw: true, batchSize })
      summary.documents[name] = 0
      while (await found.hasNext()) {
        const batch = found.readBufferedDocuments() as unknown as Buffer[]
        const lines = batch.flatMap((raw) => extended(name, raw))
        summary.documents[name] += lines.length
        for (let i = 0; i < lines.length; i++) asked.onDocument()
        if (lines.length > 0) yield writer.documents(lines)
      }
      yield writer.end(name)
    }
    yield writer.finish()
  } catch (error) {
    if (error instanceof mongo.MongoServerError && error.code === 239)
      throw new Error(
        'MongoDB no longer knew the moment of this backup before all was read. Raise its minSnapshotHistoryWindowInSeconds, or use mongodump (docs/backup.md).',
        { cause: error },
      )
    throw error
  } finally {
    await session?.endSession()
  }
}

/** One in which everything is read as of its first read. Null: the server has no such thing. */
async function snapshotSession(client: mongo.MongoClient): Promise<mongo.ClientSession | null> {
  const session = client.startSession({ snapshot: true })
  try {
    const first = client
      .db()
      .collection('users')
      .find({}, { ...primary, session, batchSize: 1 })
    await first.hasNext()
    await first.close()
    return session
  } catch (error) {
    await session.endSession()
    const isUnknown =
      error instanceof mongo.MongoCompatibilityError ||
      (error instanceof mongo.MongoServerError && noSnapshots.includes(error.code))
    if (isUnknown) return null
    throw error
  }
}

/** Every collection that is kept, with its indexes, in the order of their names. */
async function collectionsOf(db: mongo.Db): Promise<BackedUpCollection[]> {
  const names = (await collectionsIn(db)).filter(isKept)
  const collections: BackedUpCollection[] = []
  for (const collection of names.sort())
    collections.push({ collection, indexes: (await db.collection(collection).indexes()).flatMap(specOf) })
  return collections
}

/**
 * What is not in a backup and is no collection that passes: views, time series, and names that a restore needs.
 * Sorted.
 */
export async function leftOut(db: mongo.Db): Promise<string[]> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray()
  const isLeftOut = (name: string, type: string | undefined) =>
    !name.startsWith('system.') && (type !== 'collection' || name.startsWith(besidePrefix))
  return found.flatMap(({ name, type }) => (isLeftOut(name, type) ? [name] : [])).sort()
}

/** As `createIndexes` takes it; that of `_id` is always there. */
function specOf({ v: _version, ns: _namespace, ...spec }: mongo.IndexDescriptionInfo) {
  return spec.name === '_id_' ? [] : [spec as BackedUpCollection['indexes'][number]]
}

/** Those that count for whoever reads the shapes in it, as of the moment of the backup. */
async function migrationsIn(db: mongo.Db, session: mongo.ClientSession | null) {
  const options = session ? { ...primary, session } : confirmed
  const stored = await db.collection(maintenanceCollection).find({}, options).toArray()
  return stored.flatMap((each) => {
    const migration = readMigration(each)
    // One that breaks has changed documents from its beginning on.
    const counts = migration && (migration.doneAt || migration.breaking)
    return counts ? [{ name: migration.name, breaking: migration.breaking }] : []
  })
}

/**
 * A document in canonical Extended JSON, each number of the type that it has. None: it is about this database
 * alone.
 */
function extended(collection: string, raw: Buffer): string[] {
  const stored = mongo.BSON.deserialize(raw, { promoteValues: false, bsonRegExp: true })
  if (collection === maintenanceCollection && stored._id === 'restore') return []
  return [mongo.BSON.EJSON.stringify(stored, { relaxed: false })]
}
