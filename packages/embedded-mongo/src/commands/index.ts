import { administration } from './administration.ts'
import { aggregate } from './aggregate.ts'
import { buildInfo } from './buildInfo.ts'
import { collMod } from './collMod.ts'
import { collStats } from './collStats.ts'
import type { Handler } from './command.ts'
import { count } from './count.ts'
import { create } from './create.ts'
import { createIndexes } from './createIndexes.ts'
import { dbStats } from './dbStats.ts'
import { deleteCommand } from './delete.ts'
import { distinct } from './distinct.ts'
import { drop } from './drop.ts'
import { dropDatabase } from './dropDatabase.ts'
import { dropIndexes } from './dropIndexes.ts'
import { endSessions } from './endSessions.ts'
import { explain } from './explain.ts'
import { findCommand } from './find.ts'
import { findAndModify } from './findAndModify.ts'
import { getMore } from './getMore.ts'
import { hello } from './hello.ts'
import { insert } from './insert.ts'
import { killCursors } from './killCursors.ts'
import { listCollections } from './listCollections.ts'
import { listDatabases } from './listDatabases.ts'
import { listIndexes } from './listIndexes.ts'
import { ping } from './ping.ts'
import { renameCollection } from './renameCollection.ts'
import { serverStatus } from './serverStatus.ts'
import { update } from './update.ts'

/** The commands, by each of their names. */
export const commands: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...Object.entries(administration),
  ['aggregate', aggregate],
  ['buildInfo', buildInfo],
  ['buildinfo', buildInfo],
  ['collMod', collMod],
  ['collStats', collStats],
  ['collstats', collStats],
  ['count', count],
  ['dbStats', dbStats],
  ['dbstats', dbStats],
  ['create', create],
  ['createIndexes', createIndexes],
  ['delete', deleteCommand],
  ['distinct', distinct],
  ['drop', drop],
  ['dropDatabase', dropDatabase],
  ['dropIndexes', dropIndexes],
  ['deleteIndexes', dropIndexes],
  ['endSessions', endSessions],
  ['explain', explain],
  ['find', findCommand],
  ['findAndModify', findAndModify],
  ['findandmodify', findAndModify],
  ['getMore', getMore],
  ['hello', hello],
  ['insert', insert],
  ['isMaster', hello],
  ['ismaster', hello],
  ['killCursors', killCursors],
  ['killSessions', ping],
  ['killAllSessions', ping],
  ['listCollections', listCollections],
  ['listDatabases', listDatabases],
  ['listIndexes', listIndexes],
  ['ping', ping],
  ['refreshSessions', ping],
  ['renameCollection', renameCollection],
  ['serverStatus', serverStatus],
  ['update', update],
])
