import type { mongo } from 'mongoose'
import { besidePrefix } from './kept.ts'

/** Where one run of a restore loads collections. */
export const runPrefix = (id: string): string => `${besidePrefix}${id}.`

/** All but the server's own. */
export async function collectionsIn(db: mongo.Db): Promise<string[]> {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  return found.map(({ name }) => name).filter((name) => !name.startsWith('system.'))
}

/** What runs have loaded: all, or those of a prefix. */
export async function dropBeside(db: mongo.Db, prefix = besidePrefix): Promise<void> {
  for (const name of await collectionsIn(db)) if (name.startsWith(prefix)) await db.dropCollection(name)
}
