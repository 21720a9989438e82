import type { Clock } from '@latchkey/contracts/server'
import { mongo } from 'mongoose'
import { maintenanceCollection, type RestoreMark } from '../maintenance/maintenance.model.ts'
import { BackupFileError, type BackupHeader, readBackup } from './backup-file.ts'
import { collectionsIn } from './beside.ts'
import { isFullDisk } from './full-disk.ts'
import { isKept } from './kept.ts'
import { type RestoreHold, takeMark } from './restore-mark.ts'

const { EJSON } = mongo.BSON

/**
 * Higher than what anybody's epoch has risen to since a backup: an access token from before counts as older.
 */
const epochStep = 1_000_000

/** What a fresh database holds as well: written at the first start, or about the database alone. */
const ofAnyDatabase: readonly string[] = ['hashCosts', 'revocations', maintenanceCollection]

const primary = { readPreference: 'primary' } as const
const batchSize = 500

/** Links that change who an account belongs to. */
const spent: readonly unknown[] = ['reset_password', 'confirm_new_email', 'undo_email']

/** A backup that was read to its end and is whole. */
export interface CheckedBackup {
  path: string
  header: BackupHeader
  /** How many documents, by collection. */
  documents: Record<string, number>
  /** The highest epoch of any user. */
  highestEpoch: number
}

/** The disk of the database is full. The message says in what state that is, and what to do. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError'
}

/** Reads all of a backup and changes nothing. Throws BackupFileError when it is not whole. */
export async function checkBackup(path: string): Promise<CheckedBackup> {
  let header: BackupHeader | undefined
  const documents: Record<string, number> = {}
  let highestEpoch = 0
  await readBackup(path, {
    header(read) {
      header = read
    },
    collectionEnd(collection, count) {
      documents[collection] = count
    },
    documents(collection, lines) {
      if (collection !== 'users') return
      for (const line of lines) highestEpoch = Math.max(highestEpoch, epochIn(EJSON.parse(line)))
    },
  })
  if (!header) throw new BackupFileError(`${path} is not a backup that latchkey has written.`)
  return { path, header, documents, highestEpoch }
}

/** Whether nothing would be lost if everything that a backup holds were replaced. */
export async function isEmpty(db: mongo.Db): Promise<boolean> {
  for (const name of await collectionsIn(db))
    if (isKept(name) && !ofAnyDatabase.includes(name) && (await db.collection(name).findOne({}, primary)))
      return false
  return true
}

export interface RestoreSummary {
  /** How many documents, by collection. */
  documents: Record<string, number>
  /** Sessions that go on where their browser shows its key. */
  sessions: number
  /** Sessions that were not restored: all, or those that no key proves. */
  ended: number
  /** What the epoch of every user is now: what was issued with a lower one is dead. */
  epoch: number
}

interface Asked {
  client: mongo.MongoClient
  backup: CheckedBackup
  endSessions: boolean
  clock: Clock
  stopping: AbortSignal
  /** From when on an unproved account counts as reminded in vain that is there from now on. */
  reminderDueFor: (now: Date) => Date
  /** Called for each document. */
  onDocument: () => void
  /** Ends the access tokens that these users were issued below an epoch. */
  revokeUsersBelow: (users: mongo.ObjectId[], epoch: number) => Promise<void>
}

/**
 * Puts a backup in the place of everything that is in the database of a client. It is loaded into collections
 * beside those that are there, and read to its end once more, before any of them is touched. A mark in the
 * database says meanwhile that it must not be served; it goes last.
 * @throws BackupFileError, NoRoomError, or Error with a sentence; the database is then as it was, unless the mark still
 *   says otherwise
 */
export async function restoreBackup(asked: Asked): Promise<RestoreSummary> {
  const { client, backup, clock, stopping, revokeUsersBelow } = asked
  const db = client.db()
  const hold = await takeMark(db, clock, new Date(backup.header.takenAt))
  try {
    const epoch = Math.max(backup.highestEpoch, await highestEpochIn(db)) + epochStep
    const loaded = await load(db, hold, epoch, asked)
    await hold.renew()
    await assertLoaded(db, hold, loaded)
    await carryRevocations(db, hold, loaded)
    stopping.throwIfAborted()
    await hold.beginSwitching()
    await takePlaces(db, hold, loaded)
    for await (const ids of idsOf(db.collection('users'))) await revokeUsersBelow(ids, epoch)
    await hold.end()
    return { documents: loaded.documents, sessions: loaded.sessions, ended: loaded.ended, epoch }
  } catch (error) {
    // An outage may prevent it. The mark then says so, and the next restore does it.
    const isGivenBack = await hold.giveBack().then(
      () => true,
      () => false,
    )
    if (isFullDisk(error)) throw noRoom(hold.isMixed ? 'mixed' : isGivenBack ? 'asItWas' : 'marked', error)
    throw stopping.aborted
      ? new Error(`Interrupted: ${hold.isMixed ? 'repeat it' : 'the database is as it was'}.`, {
          cause: error,
        })
      : error
  }
}

const whatNow = {
  asItWas:
    'Nothing was replaced: the database is as it was. Make room for both, what is there and what is restored, and repeat it.',
  marked:
    'Nothing was replaced, but what was loaded could not be removed, and until it is the database is not served. Make room and repeat it, or take it back: latchkey restore --abandon.',
  mixed:
    'The database is incomplete: part of what was there is replaced, and it is not served. Make room and repeat it.',
}

const noRoom = (state: keyof typeof whatNow, cause: unknown) =>
  new NoRoomError(`The disk of the database is full. ${whatNow[state]}`, { cause })

interface Loaded {
  documents: Record<string, number>
  /** The names of indexes, by collection. */
  indexes: Record<string, string[]>
  /** What goes beside the mark, and so cannot replace its collection. */
  maintenance: mongo.Document[]
  sessions: number
  ended: number
}

async function load(db: mongo.Db, hold: RestoreHold, epoch: number, asked: Asked): Promise<Loaded> {
  const { backup, endSessions, stopping, onDocument } = asked
  const loaded: Loaded = { documents: {}, indexes: {}, maintenance: [], sessions: 0, ended: 0 }

  const ended = await endedIn(db)
  const lapseReminderDueAt = asked.reminderDueFor(asked.clock.now())

  /** What would happen by itself to an account though it was settled since: it begins anew, or not at all. */
  const nothingDue = ({ emailVerifiedAt, factorReset }: mongo.Document) => ({
    ...(factorReset && { factorReset: null }),
    ...((emailVerifiedAt ?? null) === null && { lapseRemindedAt: null, lapseReminderDueAt }),
  })

  /** A document as it is restored. None: not at all. */
  function restored(collection: string, document: mongo.Document): mongo.Document[] {
    // They may have been used, or taken back, since.
    if (collection === 'actionTokens' && spent.includes(document.kind)) return []
    if (collection !== 'users') return [document]
    const sessions = Array.isArray(document.refreshTokens) ? document.refreshTokens : []
    // Nothing tells whoever has no key from a copy of an older state.
    const kept =
      endSessions || ended.has(String(document._id))
        ? []
        : sessions.filter((each) => typeof each?.lock === 'string' && !ended.has(String(each._id)))
    loaded.sessions += kept.length
    loaded.ended += sessions.length - kept.length
    if (endSessions && Array.isArray(document.knownDevices))
      for (const device of document.knownDevices) if (device) delete device.trust
    return [{ ...document, ...nothingDue(document), refreshTokens: kept, epoch }]
  }

  await readBackup(backup.path, {
    header(header) {
      if (header.secrets.salt !== backup.header.secrets.salt)
        throw new BackupFileError(`${backup.path} has become another file meanwhile.`)
    },
    async collection({ collection, indexes }) {
      loaded.documents[collection] = 0
      if (collection === maintenanceCollection) return
      loaded.indexes[collection] = ['_id_', ...indexes.map(({ name }) => name)]
      const created = await db.createCollection(hold.prefix + collection)
      // Before there are documents: over many, one command takes so long that the connection is given up.
      if (indexes.length > 0) await created.createIndexes(indexes.map(withoutVersion))
    },
    async documents(collection, lines) {
      stopping.throwIfAborted()
      if (hold.lost.aborted) await hold.renew()
      const documents = lines.flatMap((line) =>
        restored(collection, EJSON.parse(line, { relaxed: false }) as mongo.Document),
      )
      if (collection === maintenanceCollection)
        loaded.maintenance.push(...documents.map((each) => ({ ...each, lease: null })))
      else if (documents.length > 0)
        await db
          .collection(hold.prefix + collection)
          .insertMany(documents, { ordered: false, writeConcern: { w: 'majority' } })
      loaded.documents[collection] = (loaded.documents[collection] ?? 0) + documents.length
      for (let i = 0; i < lines.length; i++) onDocument()
    },
  })
  return loaded
}

/**
 * The hexadecimal ids of sessions, and of users all of whose sessions, this database knows to have ended. What forbids
 * their tokens lapses, so they are taken out of what is restored.
 */
async function endedIn(db: mongo.Db): Promise<Set<string>> {
  const ended = new Set<string>()
  const found = db
    .collection('revocations')
    // Before there were epochs, `before` said which tokens are dead.
    .find({ epoch: null, before: null }, { ...primary, projection: { _id: 1 }, batchSize })
  for await (const { _id } of found) ended.add(String(_id))
  return ended
}

/** A version of the rules by which texts are compared belongs to the server that reported it. */
function withoutVersion(index: mongo.IndexDescription): mongo.IndexDescription {
  if (!index.collation) return index
  const { version: _version, ...collation } = index.collation as mongo.CollationOptions & { version?: string }
  return { ...index, collation }
}

/** Throws Error when what was loaded is not what stands beside. */
async function assertLoaded(db: mongo.Db, { prefix }: RestoreHold, loaded: Loaded): Promise<void> {
  for (const [collection, indexes] of Object.entries(loaded.indexes)) {
    const beside = db.collection(prefix + collection)
    const count = await beside.countDocuments({}, primary)
    const found = (await beside.indexes()).map(({ name }) => name)
    if (
      count !== loaded.documents[collection] ||
      found.toSorted().join('\n') !== indexes.toSorted().join('\n')
    )
      throw new Error(
        `Something else has changed what was loaded (${collection}), so nothing was replaced. Is the API stopped on every node? Then repeat it.`,
      )
  }
}

/**
 * What this database still knows to have ended stays ended: in the last two hours. Not of accounts that are
 * restored, of which everything that was issued ends, and whatever they do from now on lives.
 */
async function carryRevocations(db: mongo.Db, { prefix }: RestoreHold, { documents }: Loaded): Promise<void> {
  const beside = db.collection(`${prefix}revocations`)
  const ended = db.collection('revocations').find({}, { ...primary, batchSize })
  for (let batch: mongo.Document[] = []; ; batch = []) {
    while (batch.length < batchSize && (await ended.hasNext())) batch.push((await ended.next()) ?? {})
    if (batch.length === 0) break
    await beside.bulkWrite(
      batch.map((replacement) => ({
        replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
      })),
      { ordered: false },
    )
  }
  if (documents.users === undefined) return
  for await (const ids of idsOf(db.collection(`${prefix}users`)))
    await beside.deleteMany({ _id: { $in: ids } })
}

/** What was loaded takes the place of what is there, and what the backup does not know goes. */
async function takePlaces(
  db: mongo.Db,
  hold: RestoreHold,
  { documents, maintenance }: Loaded,
): Promise<void> {
  for (const name of await collectionsIn(db))
    if (name.startsWith(hold.prefix)) {
      await hold.renew()
      await db.renameCollection(name, name.slice(hold.prefix.length), { dropTarget: true })
    }
  await hold.renew()
  for (const name of await collectionsIn(db))
    if (name !== maintenanceCollection && documents[name] === undefined && name !== 'revocations')
      await db.dropCollection(name)
  await db.collection<RestoreMark>(maintenanceCollection).deleteMany({ _id: { $ne: 'restore' } })
  if (maintenance.length > 0) await db.collection(maintenanceCollection).insertMany(maintenance)
}

async function highestEpochIn(db: mongo.Db): Promise<number> {
  const [found] = await db
    .collection('users')
    .aggregate([{ $group: { _id: null, highest: { $max: '$epoch' } } }], primary)
    .toArray()
  return epochIn({ epoch: found?.highest })
}

const epochIn = (user: unknown): number => {
  const epoch = typeof user === 'object' && user !== null && 'epoch' in user ? user.epoch : undefined
  return typeof epoch === 'number' && Number.isSafeInteger(epoch) ? epoch : 0
}

async function* idsOf(users: mongo.Collection): AsyncGenerator<mongo.ObjectId[]> {
  let ids: mongo.ObjectId[] = []
  for await (const { _id } of users.find({}, { ...primary, projection: { _id: 1 }, batchSize })) {
    if (!(_id instanceof mongo.ObjectId)) continue
    ids.push(_id)
    if (ids.length < batchSize) continue
    yield ids
    ids = []
  }
  if (ids.length > 0) yield ids
}
