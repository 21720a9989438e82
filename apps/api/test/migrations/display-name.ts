import { textIn } from '@latchkey/contracts/server'
import type { Migration } from '../../src/maintenance/migrations.ts'

// The worked example of docs/upgrades.md, which quotes from here.

/** How a user is called: by the name they chose, or by their username. */
export const displayNameOf = ({ displayName, username }: Record<string, unknown>) =>
  textIn(displayName) ?? textIn(username) ?? ''

export const displayNames: Migration = {
  name: '2026-12-01 display names',
  async batch(db, position) {
    const users = db.collection('users')
    const found = await users
      .find(position ? { _id: { $gt: position } } : {}, { projection: { displayName: 1, username: 1 } })
      .sort({ _id: 1 })
      .limit(200)
      .toArray()
    const last = found.at(-1)
    if (!last) return null
    const lacking = found.filter(({ displayName }) => textIn(displayName) === null)
    if (lacking.length === 0) return { last: last._id, changed: 0 }
    const { modifiedCount } = await users.bulkWrite(
      lacking.map(({ _id, username }) => ({
        // On the condition that nobody has chosen one meanwhile.
        updateOne: { filter: { _id, displayName: null }, update: { $set: { displayName: username } } },
      })),
      { ordered: false },
    )
    return { last: last._id, changed: modifiedCount }
  },
}
