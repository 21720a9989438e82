import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/dropDatabase/ */
export const dropDatabase: Handler = async ({ engine, database }) =>
  engine.write(() => {
    const collections = engine.catalog.list(database)
    for (const collection of collections) engine.catalog.drop(collection)
    return { dropped: collections.length > 0 ? database : undefined, ok: 1 }
  })
