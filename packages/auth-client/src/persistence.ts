import type { ClientEnvironment } from './environment.ts'
import { createNote } from './note.ts'
import type { Session } from './session.ts'

type Environment = Pick<ClientEnvironment, 'keyStore' | 'persistStorage' | 'storage' | 'subtle'>

/**
 * Asks for persistent storage once somebody is signed in, so that the browser does not evict the key of their session.
 * Once for each session, because some browsers ask the person. Nobody waits for the answer, and any will do.
 */
export function askForPersistence(session: Session, environment: Environment, noteName: string) {
  const { keyStore, persistStorage, storage, subtle } = environment
  if (!keyStore || !subtle || !persistStorage) return
  const asked = createNote(storage, noteName)

  async function ask() {
    const sid = session.sid()
    if (sid === null) return asked.clear()
    if (!session.token() || asked.read() === sid) return
    asked.write(sid)
    await persistStorage?.()
  }

  // Old browsers and plain http have no such function; what is stored is then as safe as it was.
  const tryToAsk = () => void ask().catch(() => undefined)
  session.subscribe(tryToAsk)
  tryToAsk()
}
