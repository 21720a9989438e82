import { sessionIn } from '../snapshots.ts'
import type { Handler } from './command.ts'

/** https://www.mongodb.com/docs/manual/reference/command/endSessions/ */
export const endSessions: Handler = ({ engine, body }) => {
  const sessions = body.get('endSessions')
  for (const each of Array.isArray(sessions) ? sessions : []) {
    const session = sessionIn(each as Parameters<typeof sessionIn>[0])
    if (session !== undefined) engine.snapshots.release(session)
  }
  return { ok: 1 }
}
