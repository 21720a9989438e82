import type { Value } from '../values/types.ts'
import { requireArray } from './arguments.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/killCursors/ */
export const killCursors: Handler = (request) => {
  const cursorsKilled: Value[] = []
  const cursorsNotFound: Value[] = []
  for (const id of requireArray(request, 'cursors'))
    if (typeof id === 'bigint' && request.engine.cursors.kill(id)) cursorsKilled.push(id)
    else cursorsNotFound.push(id)
  return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 }
}
