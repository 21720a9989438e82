import type { CookieAccess } from './environment.ts'

/** What the readable `session` cookie says: the browser's session and its generation. */
export interface SessionRef {
  sid: string
  generation: number
}

export const sameGeneration = (a: SessionRef, b: SessionRef) =>
  a.sid === b.sid && a.generation === b.generation

/** What the cookie says; or, where the API is on another host, what the server said of it (told-session.ts). */
export interface SessionCookie {
  /** False: the server says what it is. */
  isReadable: boolean
  /** Of the cookie that came with an answer. Undefined: there is none, or it does not say. */
  generationWith(answer: unknown): number | undefined
  /** The server has said what it is. Where it can be read, that counts for nothing. Null: there is none. */
  told(ref: SessionRef | null): void
  /** What goes with a request about this session; nothing, where the cookie can be read. */
  headers(ref: SessionRef): Record<string, string>
  /** Null: nobody is signed in, and nobody may call refresh. */
  read(): SessionRef | null
  /** For a sign-out. The session is over for good: should a late response bring its cookie back, that is removed. */
  endSession(sid: string): void
  /** For a verdict of the server on just this generation. A newer one, set by another tab, counts again. */
  endGeneration(ref: SessionRef): void
  /**
   * For a server that knows no token of this session. Under a former name the cookie is then another application's: it
   * counts no more, and stays. False if it has today's name.
   */
  leaveToOthers(ref: SessionRef): boolean
  /** Whether somebody has signed in after this session, which sets a cookie under today's name. */
  isReplaced(sid: string): boolean
}

/**
 * `prefix`: what the server's cookies are called before the dot. Other applications on this host share its cookies, so
 * what is not in the server's form is taken for nothing and never touched. What is in it under a former name may still
 * be another's: an older Latchkey on another port sets the same.
 */
export function createSessionCookie(cookies: CookieAccess, prefix: string): SessionCookie {
  const ended = new Set<string>()
  const others = new Set<string>()
  // `__Host-` (RFC 6265bis §4.1.3.2) is what the server uses on https.
  const names = [`__Host-${prefix}.session`, `${prefix}.session`]
  const formerNames = ['__Host-session', 'session']

  function read(): SessionRef | null {
    const [own] = found(names)
    const former = found(formerNames)
    // Refreshing and signing in set today's names. What stands beside them is not this browser's session here.
    if (own) for (const { sid } of former) if (sid !== own.sid) others.add(sid)
    const first = own ?? former.find(({ sid }) => !others.has(sid))
    if (!first) return null
    const { sid, generation } = first
    if (!isEnded(first)) return { sid, generation }
    for (const { name } of found([...names, ...formerNames]).filter((each) => each.sid === sid))
      cookies.write(
        `${name}=; Path=/; Max-Age=0; SameSite=Strict${name.startsWith('__Host-') ? '; Secure' : ''}`,
      )
    return null
  }

  function found(wanted: string[]): (SessionRef & { name: string })[] {
    const pairs = cookies.read().split(';')
    return wanted.flatMap((name) =>
      pairs.flatMap((pair) => {
        const [, cookie, sid, generation] = /^\s*([^=]+)=([0-9a-f]{24})\.(\d{1,15})\s*$/.exec(pair) ?? []
        return cookie === name && sid ? [{ name, sid, generation: Number(generation) }] : []
      }),
    )
  }

  function isEnded({ sid, generation }: SessionRef): boolean {
    return ended.has(sid) || ended.has(`${sid}.${generation}`)
  }

  function end(what: string) {
    ended.add(what)
    read()
  }

  return {
    read,
    isReadable: true,
    generationWith: () => read()?.generation,
    told: () => undefined,
    headers: () => ({}),
    endSession: (sid) => end(sid),
    endGeneration: (ref) => end(`${ref.sid}.${ref.generation}`),
    leaveToOthers({ sid }) {
      if (found(names).some((own) => own.sid === sid)) return false
      others.add(sid)
      return true
    },
    isReplaced: (sid) => found(names).some((own) => own.sid !== sid && !isEnded(own)),
  }
}
