import { buildInfo } from './buildInfo.ts'
import type { Handler } from './command.ts'
import { count } from './count.ts'
import { create } from './create.ts'
import { createIndexes } from './createIndexes.ts'
import { deleteCommand } from './delete.ts'
import { distinct } from './distinct.ts'
import { drop } from './drop.ts'
import { dropDatabase } from './dropDatabase.ts'
import { dropIndexes } from './dropIndexes.ts'
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
import { update } from './update.ts'

/** Every command by the names it goes by. */
export const commands: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['buildInfo', buildInfo],
  ['buildinfo', buildInfo],
  ['count', count],
  ['create', create],
  ['createIndexes', createIndexes],
  ['delete', deleteCommand],
  ['distinct', distinct],
  ['drop', drop],
  ['dropDatabase', dropDatabase],
  ['dropIndexes', dropIndexes],
  ['deleteIndexes', dropIndexes],
  ['endSessions', ping],
  ['find', findCommand],
  ['findAndModify', findAndModify],
  ['findandmodify', findAndModify],
  ['getMore', getMore],
  ['hello', hello],
  ['insert', insert],
  ['isMaster', hello],
  ['ismaster', hello],
  ['killCursors', killCursors],
  ['listCollections', listCollections],
  ['listDatabases', listDatabases],
  ['listIndexes', listIndexes],
  ['ping', ping],
  ['refreshSessions', ping],
  ['renameCollection', renameCollection],
  ['update', update],
])
