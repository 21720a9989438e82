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

// `__Host-` (RFC 6265bis §4.1.3.2) is what the server uses on https; it wins where both are found.
const names = ['__Host-session', 'session']

export function createSessionCookie(cookies: CookieAccess): SessionCookie {
  const ended = new Set<string>()

  function remove() {
    cookies.write('__Host-session=; Path=/; Max-Age=0; Secure; SameSite=Strict')
    cookies.write('session=; Path=/; Max-Age=0; SameSite=Strict')
  }

  function read(): SessionRef | null {
    const ref = parse(cookies.read())
    if (!ref) return null
    if (!ended.has(ref.sid) && !ended.has(`${ref.sid}.${ref.generation}`)) return ref
    remove()
    return null
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

function parse(header: string): SessionRef | null {
  const pairs = new Map(
    header.split(';').map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name.trim(), value.join('=').trim()] as const
    }),
  )
  for (const name of names) {
    const match = /^(.+)\.(\d{1,15})$/.exec(pairs.get(name) ?? '')
    if (match?.[1] && match[2]) return { sid: match[1], generation: Number(match[2]) }
  }
  return null
}
