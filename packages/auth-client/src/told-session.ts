import type { ClientEnvironment } from './environment.ts'
import { headerNames } from './header-names.ts'
import type { SessionCookie, SessionRef } from './session-cookie.ts'

/** The session in a `sid.generation`, as the server writes it. Null: it is in no such form. */
export function refIn(text: unknown): SessionRef | null {
  const [, sid, generation] = /^([0-9a-f]{24})\.(\d{1,15})$/.exec(String(text)) ?? []
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
  /** What is stored in place of `here`, where the browser would not store that. Once it has changed, another tab could. */
  let stale: string | null | undefined

  function kept(): string | null | undefined {
    try {
      return storage?.getItem(name)
    } catch {
      return undefined
    }
  }

  function stored(): SessionRef | null {
    const now = kept()
    return refIn(now === stale || now === undefined ? here : now)
  }

  function told(ref: SessionRef | null) {
    here = ref && textOf(ref)
    stale = undefined
    try {
      if (here === null) storage?.removeItem(name)
      else storage?.setItem(name, here)
    } catch {
      // Full or blocked.
      stale = kept()
    }
  }

  function read(): SessionRef | null {
    const ref = stored()
    if (!ref || !(ended.has(ref.sid) || ended.has(textOf(ref)))) return ref
    told(null)
    return null
  }

  function end(what: string) {
    ended.add(what)
    read()
  }

  return {
    read,
    isReadable: false,
    generationWith: (answer) => (answer as { generation?: number } | null)?.generation,
    told,
    headers: (ref) => ({ [headerNames.refreshSession]: textOf(ref) }),
    endSession: end,
    endGeneration: (ref) => end(textOf(ref)),
    leaveToOthers: () => false,
    isReplaced: (sid) => (read()?.sid ?? sid) !== sid,
  }
}

const textOf = ({ sid, generation }: SessionRef) => `${sid}.${generation}`
