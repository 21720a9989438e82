import type { CookieAccess } from './environment.ts'

/** What the readable `session` cookie says: the browser's session and its generation. */
export interface SessionRef {
  sid: string
  generation: number
}

export const sameGeneration = (a: SessionRef, b: SessionRef) =>
  a.sid === b.sid && a.generation === b.generation

export interface SessionCookie {
  /** Null: nobody is signed in, and nobody may call refresh. */
  read(): SessionRef | null
  /** For a sign-out. The session is over for good: should a late response bring its cookie back, that is removed. */
  endSession(sid: string): void
  /** For a verdict of the server on just this generation. A newer one, set by another tab, counts again. */
  endGeneration(ref: SessionRef): void
}

/**
 * `prefix`: what the server's cookies are called before the dot. Other applications on this host share its cookies, so
 * what is not in the server's form is taken for nothing and never touched.
 */
export function createSessionCookie(cookies: CookieAccess, prefix: string): SessionCookie {
  const ended = new Set<string>()
  // `__Host-` (RFC 6265bis §4.1.3.2) is what the server uses on https. The last two are those of former versions.
  const names = [`__Host-${prefix}.session`, `${prefix}.session`, '__Host-session', 'session']

  function read(): SessionRef | null {
    const [first] = found()
    if (!first) return null
    const { sid, generation } = first
    if (!ended.has(sid) && !ended.has(`${sid}.${generation}`)) return { sid, generation }
    for (const { name } of found().filter((each) => each.sid === sid))
      cookies.write(
        `${name}=; Path=/; Max-Age=0; SameSite=Strict${name.startsWith('__Host-') ? '; Secure' : ''}`,
      )
    return null
  }

  function found(): (SessionRef & { name: string })[] {
    const pairs = cookies.read().split(';')
    return names.flatMap((name) =>
      pairs.flatMap((pair) => {
        const [, cookie, sid, generation] = /^\s*([^=]+)=([0-9a-f]{24})\.(\d{1,15})\s*$/.exec(pair) ?? []
        return cookie === name && sid ? [{ name, sid, generation: Number(generation) }] : []
      }),
    )
  }

  function end(what: string) {
    ended.add(what)
    read()
  }

  return {
    read,
    endSession: (sid) => end(sid),
    endGeneration: (ref) => end(`${ref.sid}.${ref.generation}`),
  }
}
