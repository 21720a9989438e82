import type { Clock } from '@latchkey/contracts/server'
import { addSeconds } from '@latchkey/contracts/server'
import { type mongo, Types } from 'mongoose'
import { maintenanceCollection } from '../maintenance/maintenance.model.ts'

/** Longer than a removal takes. */
const underWaySeconds = 60

interface Collaborators {
  db: () => mongo.Db
  clock: Clock
}

interface Note {
  _id: string
  removalBegan: Date
}

export type UnfinishedRemovals = ReturnType<typeof createUnfinishedRemovals>

/**
 * Accounts that are being deleted. Each is noted before it is gone, for afterwards nothing else names what is kept about it,
 * and forgotten when all of that is gone, too.
 */
export function createUnfinishedRemovals({ db, clock }: Collaborators) {
  const notes = () => db().collection<Note>(maintenanceCollection)

  return {
    async note(userId: Types.ObjectId): Promise<void> {
      const began = { $set: { removalBegan: clock.now() } }
      await notes().updateOne({ _id: idOf(userId) }, began, { upsert: true })
    },

    async over(userId: Types.ObjectId): Promise<void> {
      await notes().deleteOne({ _id: idOf(userId) })
    },

    /** Those that began a while ago. `over` forgets one, unless it has begun anew. */
    async find(): Promise<{ userId: Types.ObjectId; over: () => Promise<unknown> }[]> {
      const stored = await notes()
        .find({ _id: { $gte: prefix, $lt: afterPrefix } }, { readPreference: 'primary' })
        .toArray()
      const before = addSeconds(clock.now(), -underWaySeconds)
      return stored.flatMap(({ _id, removalBegan }) => {
        const [, id] = isNote.exec(_id) ?? []
        if (id === undefined || removalBegan > before) return []
        return [{ userId: new Types.ObjectId(id), over: () => notes().deleteOne({ _id, removalBegan }) }]
      })
    },
  }
}

const prefix = 'removal/'
const afterPrefix = 'removal0'
const isNote = /^removal\/([0-9a-f]{24})$/

const idOf = (userId: Types.ObjectId) => `${prefix}${userId.toHexString()}`
