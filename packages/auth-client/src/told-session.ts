import type { ClientEnvironment } from './environment.ts'
import type { SessionCookie, SessionRef } from './session-cookie.ts'

const form = /^([0-9a-f]{24})\.(\d{1,15})$/

/** The session in a `sid.generation`, as the server writes it. Null: it is in no such form. */
export function refIn(text: unknown): SessionRef | null {
  const [, sid, generation] = (typeof text === 'string' && form.exec(text)) || []
  return sid ? { sid, generation: Number(generation) } : null
}

/**
 * The `session` cookie of an API on another host, which no page here can read: what the server last said of it. Kept
 * where all tabs of this origin look. It may be wrong, since pages of other origins use the same cookies. So it is
 * sent with each refresh, and a server that finds other cookies judges nothing, and says what they are.
 */
export function createToldSession(storage: ClientEnvironment['storage'], name: string): SessionCookie {
  const ended = new Set<string>()
  // Where the browser stores nothing, each tab knows it by itself.
  let here: string | null = null

  function stored(): SessionRef | null {
    try {
      return refIn(storage ? storage.getItem(name) : here)
    } catch {
      return refIn(here)
    }
  }

  function store(ref: SessionRef | null) {
    here = ref && textOf(ref)
    try {
      if (here === null) storage?.removeItem(name)
      else storage?.setItem(name, here)
    } catch {
      // Full or blocked: as above.
    }
  }

  function read(): SessionRef | null {
    const ref = stored()
    if (ref && isEnded(ref)) store(null)
    return ref && !isEnded(ref) ? ref : null
  }

  const isEnded = (ref: SessionRef) => ended.has(ref.sid) || ended.has(textOf(ref))

  function end(what: string) {
    ended.add(what)
    read()
  }

  return {
    read,
    isReadable: false,
    generationWith: (answer) => generationIn(answer),
    told: store,
    endSession: (sid) => end(sid),
    endGeneration: (ref) => end(textOf(ref)),
    leaveToOthers: () => false,
    isReplaced(sid) {
      const ref = read()
      return ref !== null && ref.sid !== sid
    },
  }
}

export const textOf = ({ sid, generation }: SessionRef) => `${sid}.${generation}`

function generationIn(answer: unknown): number | undefined {
  const isTelling = typeof answer === 'object' && answer !== null && 'generation' in answer
  return isTelling && Number.isSafeInteger(answer.generation) ? Number(answer.generation) : undefined
}
